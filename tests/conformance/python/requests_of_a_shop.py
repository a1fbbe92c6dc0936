"""The requests that the checks make, built with the SDK's own classes."""
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.env import Env
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.quote import Quote
from com.alipay.ams.api.model.terminal_type import TerminalType
from com.alipay.ams.api.request.pay.alipay_inquire_exchange_rate_request import AlipayInquireExchangeRateRequest
from com.alipay.ams.api.request.pay.alipay_inquiry_refund_request import AlipayInquiryRefundRequest
from com.alipay.ams.api.request.pay.alipay_pay_cancel_request import AlipayPayCancelRequest
from com.alipay.ams.api.request.pay.alipay_pay_consult_request import AlipayPayConsultRequest
from com.alipay.ams.api.request.pay.alipay_pay_query_request import AlipayPayQueryRequest
from com.alipay.ams.api.request.pay.alipay_pay_request import AlipayPayRequest
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.request.pay.alipay_refund_request import AlipayRefundRequest


def krw(value):
    return Amount("KRW", value)


def order(reference):
    made = Order()
    made.reference_order_id = reference
    # What JSON writers disagree about: Chinese, markup characters, quotes.
    made.order_description = "气垫粉底 <Cushion> & 'foundation' \"23\""
    made.order_amount = krw("59000")
    return made


def web():
    made = Env()
    made.terminal_type = TerminalType.WEB
    return made


def pay(request_id, notify_url, value="59000", quote_id=None):
    asked = AlipayPayRequest()
    asked.product_code = ProductCodeType.CASHIER_PAYMENT
    asked.payment_request_id = request_id
    asked.order = order(request_id)
    asked.payment_amount = krw(value)
    asked.payment_method = PaymentMethod()
    asked.payment_method.payment_method_type = "ALIPAY_CN"
    asked.payment_redirect_url = "https://mall.example/return?order=1"
    asked.payment_notify_url = notify_url
    asked.env = web()
    if quote_id is not None:
        asked.payment_quote = Quote()
        asked.payment_quote.quote_id = quote_id
    return asked


def session(request_id, notify_url):
    asked = AlipayPaymentSessionRequest()
    asked.product_code = ProductCodeType.CASHIER_PAYMENT
    asked.payment_request_id = request_id
    asked.order = order(request_id)
    asked.payment_amount = krw("59000")
    asked.payment_redirect_url = "https://mall.example/return"
    asked.payment_notify_url = notify_url
    asked.product_scene = "CHECKOUT_PAYMENT"
    return asked


def inquiry(payment_id=None, payment_request_id=None):
    asked = AlipayPayQueryRequest()
    asked.payment_id = payment_id
    asked.payment_request_id = payment_request_id
    return asked


def cancel(request_id):
    asked = AlipayPayCancelRequest()
    asked.payment_request_id = request_id
    return asked


def refund(payment_id, request_id, value, notify_url):
    asked = AlipayRefundRequest()
    asked.payment_id = payment_id
    asked.refund_request_id = request_id
    asked.refund_amount = krw(value)
    asked.refund_reason = "色号不对 wrong shade"
    asked.refund_notify_url = notify_url
    return asked


def refund_inquiry(request_id):
    asked = AlipayInquiryRefundRequest()
    asked.refund_request_id = request_id
    return asked


def consult():
    asked = AlipayPayConsultRequest()
    asked.product_code = ProductCodeType.CASHIER_PAYMENT
    asked.payment_amount = krw("59000")
    asked.user_region = "CN"
    asked.env = web()
    return asked


def rates():
    asked = AlipayInquireExchangeRateRequest()
    asked.product_code = ProductCodeType.CASHIER_PAYMENT
    asked.buy_currency = "KRW"
    asked.sell_currency = "CNY"
    return asked
