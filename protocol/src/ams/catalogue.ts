// Every resource of the newest SDKs (AMS reference, section 2), built or not: those that are not answer
// NO_INTERFACE_DEF, signed, and a test asks each of them.
const groups: Readonly<Record<string, string>> = {
  payments:
    'pay createPaymentSession consult inquiryPayment cancel capture updateAmount refund inquiryRefund inquireExchangeRate inquireInstallment getCardInfo fetchNonce verifyAndCompletePayment syncArrear createDeviceCertificate uploadInvoiceShippingFile settle acceptDispute supplyDefenseDocument downloadDisputeEvidence inquire',
  authorizations: 'consult applyToken query revoke',
  vaults:
    'createVaultingSession vaultPaymentMethod inquireVaulting fetchNonce inquireToken updateToken deleteToken',
  customs: 'declare inquiryDeclarationRequests',
  merchants: 'register settlementInfo/update registration inquiryRegistrationStatus inquiryRegistrationInfo',
  accounts: 'inquireBalance',
  funds: 'createTransfer createPayout',
  subscriptions:
    'create change update cancel inquiry inquireSubscription inquireSubscriptionList inquireSubscriptionPayment',
  users: 'inquiryUserInfo initAuthentication verifyAuthentication',
  risk: 'payments/decide reportRisk sendPaymentResult sendRefundResult',
  aba: 'accounts/inquiryBalance accounts/inquiryStatement accounts/inquiryStatementList accounts/inquiryStatementDetail account/inquireAvailableQuota funds/createDirectPayment funds/inquireDirectPayment funds/createDirectRefund funds/inquireDirectRefund funds/createQuote funds/inquireExchange funds/inquireRate cards/applyCard cards/inquireCard cards/inquireCardDetail cards/inquireCardSensitiveInfo cards/inquireCardTransactionEvent cards/inquireCardTransactionLifecycle cards/inquireCardTransactionLifecycleDetail cards/updateCard cards/updateCardStatus',
  billing:
    'customer/create customer/update customer/delete customer/inquireDetails customer/inquireList customer/createPortalLink product/create product/update product/inquireDetails product/inquireList product/uploadImage price/create price/update price/inquireDetails price/inquireList coupon/create coupon/update coupon/inquireDetails coupon/inquireList promotionCode/create promotionCode/update promotionCode/inquireDetails promotionCode/inquireList subscription/create subscription/update subscription/cancel subscription/resume subscription/inquireDetails subscription/inquireList invoice/create invoice/update invoice/finalize invoice/void invoice/revise invoice/send invoice/export invoice/confirmPayment invoice/markUncollectible invoice/createViewLink invoice/inquireDetails invoice/inquireList creditNote/create creditNote/void creditNote/inquireDetails creditNote/inquireList receipt/send receipt/export receipt/inquireDetails receipt/inquireList',
  meter:
    'create update inquireDetails inquireList createSession uploadEvent creditGrant/create creditGrant/void creditGrant/updateExpiry creditGrant/inquireDetails creditGrant/inquireList',
  tax: 'calculate inquireCalculation register cancelRegistration updateRegistrationPeriod inquireRegistrationList initializeSettings updateSettings inquireSettings inquireTransactionList',
};

/** Paths that do not follow the pattern; SDKs sign them as written. */
const oddPaths = [
  '/ams/api//v1/payments/retrievePaymentSession',
  '/ams/v1/aba/funds/createExchange',
  '/ams/api/open/openapiv2_file/v1/business/attachment/submitAttachment',
];

export const cataloguePaths: readonly string[] = [
  ...Object.entries(groups).flatMap(([group, names]) =>
    names.split(' ').map((name) => `/ams/api/v1/${group}/${name}`),
  ),
  ...oddPaths,
];
