"""The official Python SDK, unmodified, against a running sandbox: `client.py CONFIG.json` prints a line a check."""
import json
import sys
import traceback
import uuid
from decimal import Decimal

import requests_of_a_shop as shop
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.transaction_status_type import TransactionStatusType
from com.alipay.ams.api.request.notify.alipay_pay_result_notify import AlipayPayResultNotify
from com.alipay.ams.api.response.pay.alipay_inquire_exchange_rate_response import AlipayInquireExchangeRateResponse
from com.alipay.ams.api.response.pay.alipay_inquiry_refund_response import AlipayInquiryRefundResponse
from com.alipay.ams.api.response.pay.alipay_pay_cancel_response import AlipayPayCancelResponse
from com.alipay.ams.api.response.pay.alipay_pay_consult_response import AlipayPayConsultResponse
from com.alipay.ams.api.response.pay.alipay_pay_query_response import AlipayPayQueryResponse
from com.alipay.ams.api.response.pay.alipay_pay_response import AlipayPayResponse
from com.alipay.ams.api.response.pay.alipay_payment_session_response import AlipayPaymentSessionResponse
from com.alipay.ams.api.response.pay.alipay_refund_response import AlipayRefundResponse
from com.alipay.ams.api.tools.webhook_tool import check_signature
from sandbox import Inbox, check, eventually, request, settings, skip

merchant = settings["merchant"]
run = uuid.uuid4().hex[:10]
inbox = Inbox()


def client(private_key=merchant["merchantPrivateKeyPkcs1"], public_key=merchant["gatewayPublicKey"]):
    return DefaultAlipayClient(settings["https"], merchant["clientId"], private_key, public_key)


sdk = client()


def call(asked, response, through=sdk):
    """The answer twice: as its JSON, to compare replays, and as the SDK's own class, to see that the SDK can read it."""
    text = through.execute(asked)
    return json.loads(text), response(text)


def code(answer):
    return "%s %s" % (answer["result"]["resultStatus"], answer["result"]["resultCode"])


def pay(request_id, **options):
    return call(shop.pay(request_id, inbox.url, **options), AlipayPayResponse)


def inquire(**ids):
    return call(shop.inquiry(**ids), AlipayPayQueryResponse)


def pay_and_approve(pay_id):
    answer, first = pay(pay_id)
    check("pay", code(answer) == "U PAYMENT_IN_PROCESS" and first.normal_url.startswith("http") and first.payment_id, answer)
    check("pay again is the same", pay(pay_id)[0] == answer, answer)
    other, _ = pay(pay_id, value="58000")
    check("pay with another amount is refused", code(other) == "F REPEAT_REQ_INCONSISTENT", other)
    waiting, typed = inquire(payment_id=first.payment_id)
    check("inquiry while open", typed.payment_status == TransactionStatusType.PROCESSING, waiting)
    check("inquiry while open again is the same", inquire(payment_id=first.payment_id)[0] == waiting, waiting)
    approved = request("/sandbox/pay", {"paymentId": first.payment_id, "decision": "approve"})
    check("the shopper approves", approved["status"] == "paid", approved)
    paid, typed = inquire(payment_request_id=pay_id)
    succeeded = typed.payment_status == TransactionStatusType.SUCCESS and typed.payment_result_code == "SUCCESS"
    check("inquiry says SUCCESS", succeeded and typed.payment_id == first.payment_id, paid)
    check("inquiry again is the same", inquire(payment_request_id=pay_id)[0] == paid, paid)
    after, typed = pay(pay_id)
    check("pay after success", code(after) == "S SUCCESS" and typed.payment_id == first.payment_id, after)
    return first.payment_id, paid


def amounts(paid):
    quote = paid["paymentQuote"]
    actual = paid["actualPaymentAmount"]
    price = Decimal(str(quote["quotePrice"]))
    fen = Decimal(59000) * price * 100
    explained = quote["quoteCurrencyPair"] == "KRW/CNY" and abs(fen - Decimal(actual["value"])) <= 1
    check("the quote explains the yuan", actual["currency"] == "CNY" and explained, [actual, quote])
    if settings.get("midKrwPerCny") is None:
        return skip("the rate is of that day", "the sandbox's clock has been moved away from its first day")
    mid = 1 / Decimal(settings["midKrwPerCny"])
    check("the rate is of that day", mid <= price <= mid * Decimal("1.02"), [quote, str(mid)])


def verified(item, body=None):
    headers = item["headers"]
    body = item["body"] if body is None else body
    try:
        return check_signature(
            "POST", item["path"], headers["client-id"], headers["request-time"], body, headers["signature"], merchant["gatewayPublicKey"]
        )
    except Exception:  # the SDK's verifier raises for a wrong signature instead of answering False
        return False


def notification(pay_id, payment_id):
    item = inbox.wait(notifyType="PAYMENT_RESULT", paymentId=payment_id)
    check("notifyPayment arrives", item is not None, "nothing came within 15 s")
    if item is None:
        return
    check("notifyPayment is verified by the SDK", verified(item), item)
    told = AlipayPayResultNotify(item["body"])
    about = told.payment_id == payment_id and told.payment_request_id == pay_id and item["fields"]["paymentAmount"]["value"] == "59000"
    check("notifyPayment is about this payment", about and code(item["fields"]) == "S SUCCESS", item["body"])
    tampered = item["body"].replace("59000", "1")
    check("a tampered notification is refused", tampered != item["body"] and not verified(item, tampered), item["body"])

    def sent():
        listed = [each for each in request("/sandbox/outbox?paymentId=" + payment_id)["notifications"] if each["kind"] == "payment"]
        return listed if listed and listed[0]["attempts"] else None

    attempts = [attempt["acknowledged"] for each in eventually(sent) or [] for attempt in each["attempts"]]
    check("notifyPayment is acknowledged and sent once", attempts == [True], attempts)


def refund(payment_id, request_id, value):
    return call(shop.refund(payment_id, request_id, value, inbox.url), AlipayRefundResponse)


def refunds(pay_id, payment_id, paid):
    returned = 0
    for part, value in (("20000", "20000"), ("19000", "19000"), ("the rest", "20000")):
        request_id = "py-refund-%s-%s" % (part.replace(" ", "-"), run)
        answer, typed = refund(payment_id, request_id, value)
        check("refund " + part, code(answer) == "S SUCCESS" and typed.refund_amount.value == value and typed.refund_id, answer)
        check("refund %s again is the same" % part, refund(payment_id, request_id, value)[0] == answer, answer)
        asked, typed = call(shop.refund_inquiry(request_id), AlipayInquiryRefundResponse)
        done = typed.refund_status == TransactionStatusType.SUCCESS and asked["refundId"] == answer["refundId"]
        check("inquiryRefund " + part, done, asked)
        again = call(shop.refund_inquiry(request_id), AlipayInquiryRefundResponse)[0]
        check("inquiryRefund %s again is the same" % part, again == asked, again)
        returned += int(answer["actualRefundAmount"]["value"])
    check("refunds return exactly the yuan paid", returned == int(paid["actualPaymentAmount"]["value"]), [returned, paid])
    beyond = refund(payment_id, "py-refund-beyond-" + run, "1")[0]
    check("refund beyond the rest is refused", code(beyond) == "F REFUND_AMOUNT_EXCEED", beyond)
    again = refund(payment_id, "py-refund-beyond-" + run, "1")[0]
    check("refund beyond the rest again is the same", again == beyond, again)
    other = refund(payment_id, "py-refund-20000-" + run, "2")[0]
    check("refund with another amount is refused", code(other) == "F REPEAT_REQ_INCONSISTENT", other)
    _, typed = inquire(payment_request_id=pay_id)
    values = sorted(each.transaction_amount.value for each in typed.transactions or [])
    listed = typed.payment_status == TransactionStatusType.SUCCESS and values == ["19000", "20000", "20000"]
    check("inquiry lists the refunds", listed, values)
    items = [
        inbox.wait(notifyType="REFUND_RESULT", refundRequestId="py-refund-%s-%s" % (part, run), refundStatus="SUCCESS")
        for part in ("20000", "19000", "the-rest")
    ]
    check("notifyRefund is verified by the SDK", all(item is not None and verified(item) for item in items), items)


def offers():
    answer, typed = call(shop.consult(), AlipayPayConsultResponse)
    options = typed.payment_options or []
    check("consult", code(answer) == "S SUCCESS" and any(option.enabled is True for option in options), answer)
    check("consult again is the same", call(shop.consult(), AlipayPayConsultResponse)[0] == answer, answer)
    asked = shop.session("py-session-" + run, inbox.url)
    answer, typed = call(asked, AlipayPaymentSessionResponse)
    opened = typed.payment_session_data and typed.payment_session_id and typed.normal_url.startswith("http")
    check("createPaymentSession", code(answer) == "S SUCCESS" and opened, answer)
    check("createPaymentSession again is the same", call(asked, AlipayPaymentSessionResponse)[0] == answer, answer)
    answer, typed = call(shop.rates(), AlipayInquireExchangeRateResponse)
    quote = typed.quotes[0]
    check("inquireExchangeRate", code(answer) == "S SUCCESS" and quote.quote_currency_pair == "KRW/CNY", answer)
    again = call(shop.rates(), AlipayInquireExchangeRateResponse)[1].quotes[0]
    check("inquireExchangeRate again is the same", again.quote_price == quote.quote_price, [again.quote_price, quote.quote_price])
    quote_id = typed.payment_quotes[0].quote_id
    answer, typed = pay("py-quoted-" + run, quote_id=quote_id)
    used = code(answer) == "U PAYMENT_IN_PROCESS" and typed.payment_quote.quote_id == quote_id
    check("pay with an inquired quote", used and typed.payment_quote.quote_price == quote.quote_price, answer)


def cancels():
    pay_id = "py-cancel-" + run
    pay(pay_id)
    answer, typed = call(shop.cancel(pay_id), AlipayPayCancelResponse)
    check("cancel", code(answer) == "S SUCCESS" and typed.payment_request_id == pay_id and typed.cancel_time, answer)
    check("cancel again is the same", call(shop.cancel(pay_id), AlipayPayCancelResponse)[0] == answer, answer)
    asked, typed = inquire(payment_request_id=pay_id)
    check("inquiry says CANCELLED", typed.payment_status == TransactionStatusType.CANCELLED, asked)
    check("pay after cancel", code(pay(pay_id)[0]) == "F ORDER_IS_CANCELED", pay(pay_id)[0])


def refusals():
    unknown = inquire(payment_request_id="py-none-" + run)[0]
    check("unknown payment", code(unknown) == "F ORDER_NOT_EXIST", unknown)
    pay_id = "py-forged-" + run
    forged = call(shop.pay(pay_id, inbox.url), AlipayPayResponse, client(private_key=settings["otherPrivateKeyPkcs1"]))[0]
    check("a bad signature is refused", code(forged) == "F INVALID_SIGNATURE", forged)
    asked = inquire(payment_request_id=pay_id)[0]
    check("nothing came of a bad signature", code(asked) == "F ORDER_NOT_EXIST", asked)
    try:
        trusted = client(public_key=settings["strangerPublicKey"]).execute(shop.inquiry(payment_request_id=pay_id))
    except Exception as error:  # AlipayApiException, which the SDK raises for every trouble: its words say which
        trusted = None if "verif" in str(error) else str(error)
    check("an answer that the gateway did not sign is refused", trusted is None, trusted)


def main():
    pay_id = "py-pay-" + run
    payment = {}

    def first():
        payment["id"], payment["paid"] = pay_and_approve(pay_id)

    groups = [
        first,
        lambda: amounts(payment["paid"]),
        lambda: notification(pay_id, payment["id"]),
        lambda: refunds(pay_id, payment["id"], payment["paid"]),
        offers,
        cancels,
        refusals,
    ]
    raised = False
    for group in groups:
        try:
            group()
        except Exception:  # what it left unchecked is found out by the runner; the other groups are still worth making
            traceback.print_exc()
            raised = True
    sys.exit(1 if raised else 0)


main()
