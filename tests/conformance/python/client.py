"""The official Python SDK, unmodified, against a running sandbox. Prints one line a check: ok NAME / not ok NAME - WHY."""
import json
import sys
import threading
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.env import Env
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.terminal_type import TerminalType
from com.alipay.ams.api.request.pay.alipay_inquire_exchange_rate_request import AlipayInquireExchangeRateRequest
from com.alipay.ams.api.request.pay.alipay_inquiry_refund_request import AlipayInquiryRefundRequest
from com.alipay.ams.api.request.pay.alipay_pay_cancel_request import AlipayPayCancelRequest
from com.alipay.ams.api.request.pay.alipay_pay_consult_request import AlipayPayConsultRequest
from com.alipay.ams.api.request.pay.alipay_pay_query_request import AlipayPayQueryRequest
from com.alipay.ams.api.request.pay.alipay_pay_request import AlipayPayRequest
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.request.pay.alipay_refund_request import AlipayRefundRequest
from com.alipay.ams.api.response.pay.alipay_pay_query_response import AlipayPayQueryResponse
from com.alipay.ams.api.response.pay.alipay_pay_response import AlipayPayResponse
from com.alipay.ams.api.response.pay.alipay_refund_response import AlipayRefundResponse
from com.alipay.ams.api.tools.webhook_tool import check_signature

with open(sys.argv[1], encoding="utf-8") as file:
    config = json.load(file)
merchant = config["merchant"]
gateway = config["https"]
run = uuid.uuid4().hex[:10]

received = []


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        received.append((self.path, dict((k.lower(), v) for k, v in self.headers.items()), body))
        answer = b'{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
notify_url = "http://127.0.0.1:%d/notify/python" % server.server_port


def client(private_key):
    return DefaultAlipayClient(gateway, merchant["clientId"], private_key, merchant["gatewayPublicKey"])


sdk = client(merchant["merchantPrivateKeyPkcs1"])


def call(request):
    return json.loads(sdk.execute(request))


def check(name, condition, why=""):
    print("ok %s" % name if condition else "not ok %s - %s" % (name, str(why)[:400]), flush=True)


def code(answer):
    return answer["result"]["resultStatus"] + " " + answer["result"]["resultCode"]


def krw(value):
    return Amount("KRW", value)


def order():
    made = Order()
    made.reference_order_id = "PY-" + run
    made.order_description = "气垫粉底 <Cushion> & 'foundation'"
    made.order_amount = krw("59000")
    return made


def env():
    made = Env()
    made.terminal_type = TerminalType.WEB
    return made


def pay(request_id, value="59000"):
    request = AlipayPayRequest()
    request.product_code = ProductCodeType.CASHIER_PAYMENT
    request.payment_request_id = request_id
    request.order = order()
    request.payment_amount = krw(value)
    method = PaymentMethod()
    method.payment_method_type = "ALIPAY_CN"
    request.payment_method = method
    request.payment_redirect_url = "https://mall.example/return?order=1"
    request.payment_notify_url = notify_url
    request.env = env()
    return request


def query(**ids):
    request = AlipayPayQueryRequest()
    for name, value in ids.items():
        setattr(request, name, value)
    return request


def refund(payment_id, request_id, value):
    request = AlipayRefundRequest()
    request.payment_id = payment_id
    request.refund_request_id = request_id
    request.refund_amount = krw(value)
    request.refund_notify_url = notify_url
    return request


def refund_query(request_id):
    request = AlipayInquiryRefundRequest()
    request.refund_request_id = request_id
    return request


def post(path, body):
    request = urllib.request.Request(
        config["http"] + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def await_notification(match):
    import time

    for _ in range(100):
        for item in received:
            if match(json.loads(item[2])):
                return item
        time.sleep(0.1)
    return None


pay_id = "py-pay-" + run
first = call(pay(pay_id))
check("pay", code(first) == "U PAYMENT_IN_PROCESS" and first["normalUrl"].startswith("http"), first)
parsed = AlipayPayResponse(json.dumps(first))
check("pay parsed by the SDK", parsed.payment_id == first["paymentId"] and parsed.result.result_code == "PAYMENT_IN_PROCESS", first)
check("pay again is the same", call(pay(pay_id)) == first)
check("same id, other amount", code(call(pay(pay_id, "58000"))) == "F REPEAT_REQ_INCONSISTENT")
open_payment = call(query(payment_id=first["paymentId"]))
check("inquiry while open", open_payment["paymentStatus"] == "PROCESSING", open_payment)

post("/sandbox/pay", {"paymentId": first["paymentId"], "decision": "approve"})
paid = call(query(payment_request_id=pay_id))
check("inquiry SUCCESS", paid["paymentStatus"] == "SUCCESS" and paid["paymentResultCode"] == "SUCCESS", paid)
check("inquiry again is the same", call(query(payment_request_id=pay_id)) == paid)
parsed = AlipayPayQueryResponse(json.dumps(paid))
check("inquiry parsed by the SDK", parsed.actual_payment_amount.currency == "CNY", paid)
check("pay after success", code(call(pay(pay_id))) == "S SUCCESS")

item = await_notification(lambda body: body.get("notifyType") == "PAYMENT_RESULT")
check("notifyPayment arrives", item is not None)
if item is not None:
    path, headers, body = item
    valid = check_signature(
        "POST", path, headers["client-id"], headers["request-time"], body, headers["signature"], merchant["gatewayPublicKey"]
    )
    check("notifyPayment verified by the SDK", valid)
    notified = json.loads(body)
    check(
        "notifyPayment is about this payment",
        notified["paymentId"] == first["paymentId"] and notified["result"]["resultStatus"] == "S",
        body,
    )
    try:
        forged = check_signature(
            "POST", path, headers["client-id"], headers["request-time"], body.replace("59000", "1"), headers["signature"], merchant["gatewayPublicKey"]
        )
    except Exception:  # the SDK's verifier raises for a wrong signature
        forged = False
    check("a tampered notification fails", not forged)

returned = 0
for number, value in (("1", "20000"), ("2", "19000"), ("3", "20000")):
    request_id = "py-refund-%s-%s" % (number, run)
    answer = call(refund(first["paymentId"], request_id, value))
    check("refund %s" % value, code(answer) == "S SUCCESS" and answer["refundAmount"]["value"] == value, answer)
    AlipayRefundResponse(json.dumps(answer))
    returned += int(answer["actualRefundAmount"]["value"])
    check("refund %s again is the same" % value, call(refund(first["paymentId"], request_id, value)) == answer)
    check("inquiryRefund %s" % value, call(refund_query(request_id))["refundStatus"] == "SUCCESS")
check("refunds return the yuan paid", returned == int(paid["actualPaymentAmount"]["value"]), returned)
check("refund beyond the rest", code(call(refund(first["paymentId"], "py-refund-4-" + run, "1"))) == "F REFUND_AMOUNT_EXCEED")
check(
    "same refund id, other amount",
    code(call(refund(first["paymentId"], "py-refund-1-" + run, "2"))) == "F REPEAT_REQ_INCONSISTENT",
)
item = await_notification(lambda body: body.get("notifyType") == "REFUND_RESULT")
check("notifyRefund arrives", item is not None)

consult = AlipayPayConsultRequest()
consult.product_code = ProductCodeType.CASHIER_PAYMENT
consult.payment_amount = krw("59000")
consult.user_region = "CN"
consult.env = env()
answer = call(consult)
check("consult", code(answer) == "S SUCCESS" and answer["paymentOptions"][0]["enabled"] is True, answer)
check("consult again is the same", call(consult) == answer)

rates = AlipayInquireExchangeRateRequest()
rates.buy_currency = "KRW"
rates.sell_currency = "CNY"
rates.product_code = ProductCodeType.CASHIER_PAYMENT
answer = call(rates)
check("inquireExchangeRate", code(answer) == "S SUCCESS" and answer["quotes"][0]["quoteCurrencyPair"] == "KRW/CNY", answer)
check("inquireExchangeRate again: the same price", call(rates)["quotes"][0]["quotePrice"] == answer["quotes"][0]["quotePrice"])

session = AlipayPaymentSessionRequest()
session.product_code = ProductCodeType.CASHIER_PAYMENT
session.payment_request_id = "py-session-" + run
session.order = order()
session.payment_amount = krw("59000")
session.payment_redirect_url = "https://mall.example/return"
session.product_scene = "CHECKOUT_PAYMENT"
answer = call(session)
check("createPaymentSession", code(answer) == "S SUCCESS" and "normalUrl" in answer, answer)
check("createPaymentSession again is the same", call(session) == answer)

call(pay("py-cancel-" + run))
cancel = AlipayPayCancelRequest()
cancel.payment_request_id = "py-cancel-" + run
answer = call(cancel)
check("cancel", code(answer) == "S SUCCESS", answer)
check("cancel again is the same", call(cancel) == answer)
check("inquiry CANCELLED", call(query(payment_request_id="py-cancel-" + run))["paymentStatus"] == "CANCELLED")
check("unknown payment", code(call(query(payment_request_id="py-none-" + run))) == "F ORDER_NOT_EXIST")

answer = json.loads(client(config["otherPrivateKeyPkcs1"]).execute(pay("py-forged-" + run)))
check("a bad signature", code(answer) == "F INVALID_SIGNATURE", answer)
check("nothing came of it", code(call(query(payment_request_id="py-forged-" + run))) == "F ORDER_NOT_EXIST")
server.shutdown()
