// 首页的中文。缺少的键无法通过编译。
export const landingZh = {
  landingNetwork: '跨境支付',
  landingTitle: '用自己的钱包，付国外的商店',
  landingLead:
    '下单时同时看到商店的价格和人民币金额，汇率公开并锁定。商店收到本国货币，每一笔都记在可以核对的账上。',
  landingOpenWallet: '打开钱包',
  landingForShops: '商户接入',
  landingExample: '示例：首尔的一家商店',
  landingPriced: '商店标价',
  landingCosts: '您支付',
  landingRate: '锁定汇率',
  landingSpread: '其中汇兑点差',
  landingReceives: '商店到账（扣除手续费后）',
  landingShoppers: '购物者',
  landingShoppers1: '汇率与点差在付款前列明，没有其他费用。',
  landingShoppers2: '用余额或银行卡付款，以支付密码或通行密钥确认。',
  landingShoppers3: '退款按付款时的汇率原路退回。',
  landingWallet: '钱包',
  landingShops: '商店',
  landingShops1: '以本国货币标价、结算，付款结果立即签名通知。',
  landingShops2: '退款、对账文件、每一笔付款的经过，都在控制台里。',
  landingShops3: '接口沿用公开的报文格式，已有的接入改地址和密钥即可。',
  landingConsole: '商户控制台',
  landingApi: '接口文档（OpenAPI）',
  landingOperators: '运营与审计',
  landingOperators1: '涉及资金的操作由两人完成，并留有记录。',
  landingOperators2: '复式账目随时自证，日志只增不改，并有签名。',
  landingOperators3: '审计人员可以导出账目，用独立程序核对。',
  landingOperatorsIn: '登录控制台',
  landingFooter: '通宝与支付宝、Antom 及蚂蚁集团没有关联，仅采用其公开文档中的报文格式。',
};

export type LandingWords = typeof landingZh;
