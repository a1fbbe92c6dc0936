// A shopper's payment code as a till scans it: 16–24 digits that begin with 25–30 (gateway reference, section 2.10).

/** What can be a payment code of some wallet; ours have 18 digits and begin with 28. */
export const paymentCodePattern = /^(?:2[5-9]|30)\d{14,22}$/;
