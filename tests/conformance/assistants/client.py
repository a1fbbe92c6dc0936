"""Three official programs of PyPI, unmodified, against the shop that is paid in dollars: `client.py CONFIG.json`.

ant-intl-antom-mcp and antom-test-server are MCP servers for assistants; they are started as an assistant starts them and set by
their environment. The third is the quick start that the README of the Python SDK prints. A line a check.
"""
import asyncio
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from sandbox import Inbox, check, request, settings

merchant = settings["dollarMerchant"]
run = uuid.uuid4().hex[:10]
inbox = Inbox()
programs = pathlib.Path(sys.executable).parent
# Prices in every currency that the shop takes, in the smallest unit of each.
prices = {
    "KRW": 59000,
    "JPY": 6800,
    "GBP": 4500,
    "EUR": 5200,
    "HKD": 38800,
    "SGD": 7400,
    "THB": 189000,
    "USD": 5600,
    "CNY": 34900,
}


def environment(**named):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SSL_CERT_FILE") if name in os.environ}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **named}


def code(answer):
    return "%s %s" % (answer["result"]["resultStatus"], answer["result"]["resultCode"])


async def tool(session, name, **arguments):
    """What a tool answers, as JSON; the servers wrap the gateway's own answer in a text."""
    answer = await session.call_tool(name, arguments)
    told = json.loads(answer.content[0].text)
    return json.loads(told) if isinstance(told, str) else told


async def pay_once(session, currency, value):
    pay_id = "mcp-%s-%s" % (currency.lower(), run)
    opened = await tool(
        session,
        "create_payment_session",
        payment_request_id=pay_id,
        order_amount_currency=currency,
        order_amount_value=value,
        order_description="Perfume from the airport",
    )
    if code(opened) != "S SUCCESS":
        return check("%s: a session, paid, told, returned in parts" % currency, False, opened)
    request("/sandbox/pay", {"cashierUrl": opened["normalUrl"]})
    asked = await tool(session, "query_payment_detail", payment_request_id=pay_id)
    told = inbox.wait(notifyType="PAYMENT_RESULT", paymentRequestId=pay_id)
    returned = []
    for number, part in enumerate((value // 3, value - value // 3)):
        refund_id = "%s-%d" % (pay_id, number)
        answer = await tool(
            session,
            "create_refund",
            refund_request_id=refund_id,
            payment_id=asked["paymentId"],
            refund_amount_currency=currency,
            refund_amount_value=str(part),
        )
        again = await tool(session, "query_refund_detail", refund_request_id=refund_id)
        done = code(answer) == "S SUCCESS" and again["refundStatus"] == "SUCCESS"
        returned.append(int(answer["actualRefundAmount"]["value"]) if done else answer)
    yuan = int(asked["actualPaymentAmount"]["value"])
    good = told is not None and asked["paymentStatus"] == "SUCCESS" and sum(returned) == yuan
    check("%s: a session, paid, told, returned in parts" % currency, good, [asked, told, returned])
    check("%s: what the shop gets in dollars is told" % currency, dollars_are_told(asked, told, currency, value), asked)


def dollars_are_told(asked, told, currency, value):
    """The gross amount is the price at the settlement quote; nothing is said where there is nothing to convert."""
    if currency == "USD":
        return "grossSettlementAmount" not in asked and "settlementQuote" not in asked
    gross, quote = asked["grossSettlementAmount"], asked["settlementQuote"]
    whole = value if currency in ("KRW", "JPY") else value / 100
    explained = abs(whole * quote["quotePrice"] * 100 - int(gross["value"])) <= 0.51
    same = told["fields"]["grossSettlementAmount"] == gross and told["fields"]["settlementQuote"] == quote
    return gross["currency"] == "USD" and quote["quoteCurrencyPair"] == currency + "/USD" and explained and same


async def antom_mcp():
    server = StdioServerParameters(
        command=str(programs / "ant-intl-antom-mcp"),
        env=environment(
            GATEWAY_URL=settings["https"],
            CLIENT_ID=merchant["clientId"],
            MERCHANT_PRIVATE_KEY=merchant["merchantPrivateKeyPkcs1"],
            ALIPAY_PUBLIC_KEY=merchant["gatewayPublicKey"],
            PAYMENT_REDIRECT_URL="https://shop.example/thanks",
            PAYMENT_NOTIFY_URL=inbox.url,
        ),
    )
    async with stdio_client(server) as streams, ClientSession(*streams) as session:
        await session.initialize()
        for currency, value in prices.items():
            await pay_once(session, currency, value)
        pay_id = "mcp-cancel-" + run
        await tool(
            session,
            "create_payment_session",
            payment_request_id=pay_id,
            order_amount_currency="THB",
            order_amount_value=9900,
            order_description="Dried mango",
        )
        cancelled = await tool(session, "cancel_payment", payment_request_id=pay_id)
        asked = await tool(session, "query_payment_detail", payment_request_id=pay_id)
        check("a session is cancelled", code(cancelled) == "S SUCCESS" and asked["paymentStatus"] == "CANCELLED", asked)
        other = await tool(
            session,
            "create_payment_session",
            payment_request_id="mcp-other-" + run,
            order_amount_currency="PHP",
            order_amount_value=10000,
            order_description="Dried mango",
        )
        check("another currency is refused by name", code(other) == "F CURRENCY_NOT_SUPPORT", other)


async def test_server():
    server = StdioServerParameters(
        command=os.environ["ANTOM_TEST_SERVER"],
        env=environment(
            serverUrl=settings["https"],
            clientId=merchant["clientId"],
            privateKey=merchant["merchantPrivateKeyPkcs1"],
            alipayPublicKey=merchant["gatewayPublicKey"],
            paymentNotifyUrl=inbox.url,
            paymentRedirectUrl="https://shop.example/thanks",
        ),
    )
    async with stdio_client(server) as streams, ClientSession(*streams) as session:
        await session.initialize()
        tools = [each.name for each in (await session.list_tools()).tools]
        create, inquire = tools
        pay_id = "test-server-" + run
        opened = await tool(
            session,
            create,
            payment_request_id=pay_id,
            amount=7400,
            currency="SGD",
            quantity=1,
            product_name="Orchid tea",
            product_description="Orchid tea, 200 g",
            product_image="https://shop.example/orchid.png",
            reference_buyer_id="buyer-1",
        )
        request("/sandbox/pay", {"cashierUrl": opened["normalUrl"]})
        asked = await tool(session, inquire, payment_request_id=pay_id)
        check("antom-test-server: a link, paid, inquired", asked.get("paymentStatus") == "SUCCESS", [opened, asked])


def quick_start():
    """The program below the heading Payment, exactly as printed. It asks for GCash in pesos: refused in words, with a verified answer."""
    with tarfile.open(os.environ["PYTHON_SDK_SOURCES"]) as sources:
        readme = next(name for name in sources.getnames() if name.count("/") == 1 and name.endswith("/README.md"))
        text = sources.extractfile(readme).read().decode("utf-8")
    program = re.search(r"### Payment\n.*?```python\n(.*?)```", text, re.DOTALL).group(1)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "payment_example.py"
        file.write_text(program, encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, str(file)],
            env=environment(
                ANTOM_GATEWAY_URL=settings["https"],
                ANTOM_CLIENT_ID=merchant["clientId"],
                ANTOM_MERCHANT_PRIVATE_KEY=merchant["merchantPrivateKeyPkcs1"],
                ANTOM_PUBLIC_KEY=merchant["gatewayPublicKey"],
            ),
            capture_output=True,
            text=True,
            timeout=60,
        )
    told = ended.stdout.strip().splitlines()[-1:] or [""]
    refused = ended.returncode == 0 and "payment method" in told[0].lower()
    check("the SDK’s quick start is answered", refused, [told, ended.stderr[-300:]])


asyncio.run(antom_mcp())
asyncio.run(test_server())
quick_start()
