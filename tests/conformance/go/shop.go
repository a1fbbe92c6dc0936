// The requests that the checks make, built with the SDK's own types.
package main

import (
	"github.com/alipay/global-open-sdk-go/com/alipay/api/model"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/request"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/request/pay"
)

func krw(value string) *model.Amount { return model.NewAmount(value, "KRW") }

func web() *model.Env { return &model.Env{TerminalType: model.TerminalType_WEB} }

func newOrder(reference string) *model.Order {
	// What JSON writers disagree about: Chinese, markup characters, quotes. The environment stands inside the order
	// here, where this SDK's own example has it.
	return &model.Order{
		ReferenceOrderId: reference,
		OrderDescription: "气垫粉底 <Cushion> & 'foundation' \"23\"",
		OrderAmount:      krw("59000"),
		Env:              web(),
	}
}

func newPay(id, value, notifyUrl, quoteId string) *request.AlipayRequest {
	asked, body := pay.NewAlipayPayRequest()
	body.ProductCode = model.ProductCodeType_CASHIER_PAYMENT
	body.PaymentRequestId = id
	body.Order = newOrder(id)
	body.PaymentAmount = krw(value)
	body.PaymentMethod = &model.PaymentMethod{PaymentMethodType: "ALIPAY_CN"}
	body.PaymentRedirectUrl = "https://mall.example/return?order=1"
	body.PaymentNotifyUrl = notifyUrl
	if quoteId != "" {
		body.PaymentQuote = &model.Quote{QuoteId: quoteId}
	}
	return asked
}

func newSession(id, notifyUrl string) *request.AlipayRequest {
	asked, body := pay.NewAlipayPaymentSessionRequest()
	body.ProductCode = model.ProductCodeType_CASHIER_PAYMENT
	body.PaymentRequestId = id
	body.Order = newOrder(id)
	body.PaymentAmount = krw("59000")
	body.PaymentRedirectUrl = "https://mall.example/return"
	body.PaymentNotifyUrl = notifyUrl
	body.ProductScene = "CHECKOUT_PAYMENT"
	return asked
}

func newInquiry(paymentId, requestId string) *request.AlipayRequest {
	asked, body := pay.NewAlipayPayQueryRequest()
	body.PaymentId = paymentId
	body.PaymentRequestId = requestId
	return asked
}

func newCancel(requestId string) *request.AlipayRequest {
	asked, body := pay.NewAlipayPayCancelRequest()
	body.PaymentRequestId = requestId
	return asked
}

func newRefund(paymentId, id, value, notifyUrl string) *request.AlipayRequest {
	asked, body := pay.NewAlipayRefundRequest()
	body.PaymentId = paymentId
	body.RefundRequestId = id
	body.RefundAmount = krw(value)
	body.RefundReason = "色号不对 wrong shade"
	body.RefundNotifyUrl = notifyUrl
	return asked
}

func newRefundInquiry(id string) *request.AlipayRequest {
	asked, body := pay.NewAlipayInquiryRefundRequest()
	body.RefundRequestId = id
	return asked
}

func newConsult() *request.AlipayRequest {
	asked, body := pay.NewAlipayPayConsultRequest()
	body.ProductCode = model.ProductCodeType_CASHIER_PAYMENT
	body.PaymentAmount = krw("59000")
	body.UserRegion = "CN"
	body.Env = web()
	return asked
}

func newRates() *request.AlipayRequest {
	asked, body := pay.NewAlipayInquireExchangeRateRequest()
	body.ProductCode = model.ProductCodeType_CASHIER_PAYMENT
	body.BuyCurrency = "KRW"
	body.SellCurrency = "CNY"
	return asked
}
