"""A shop of the classic gateway with PyPI's `alipay` 0.7.4, unmodified: only its two addresses are set.

Prints `ok NAME` or `not ok NAME - WHY` for each check of classicChecks in checks.ts.
"""

import json
import sys
import threading
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from xml.etree import ElementTree

from alipay import Alipay

config = json.load(open(sys.argv[1], encoding="utf-8"))
classic = config["merchant"]["classic"]
gateway = config["http"] + "/gateway.do"
Alipay.GATEWAY_URL = gateway
Alipay.NOTIFY_GATEWAY_URL = gateway + "?service=notify_verify&partner=%s&notify_id=%s"
shop = Alipay(pid=classic["partner"], key=classic["md5Key"], seller_email="shop@mall.example")
number = "PY-%d" % (int.from_bytes(__import__("os").urandom(6), "big"))
verdicts = {}
told = threading.Event()


class Notify(BaseHTTPRequestHandler):
    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
        verdicts["genuine"] = shop.verify_notify(**form)
        verdicts["tampered"] = shop.verify_notify(**dict(form, total_fee="1"))
        verdicts["form"] = form
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"success")
        told.set()

    def log_message(self, *_):
        pass


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def open_link(url):
    try:
        return urllib.request.build_opener(Stay).open(url, timeout=20).headers.get("location")
    except urllib.error.HTTPError as answer:
        return answer.headers.get("location")


def check(name, good, why=""):
    print("ok " + name if good else "not ok %s - %s" % (name, str(why)[:300]), flush=True)


def pay(link):
    body = json.dumps({"cashierUrl": link}).encode()
    request = urllib.request.Request(config["http"] + "/sandbox/pay", body, {"content-type": "application/json"})
    return json.load(urllib.request.urlopen(request, timeout=20))


server = HTTPServer(("127.0.0.1", 0), Notify)
threading.Thread(target=server.serve_forever, daemon=True).start()
order = dict(
    out_trade_no=number,
    subject="Cushion 粉底",
    currency="KRW",
    total_fee="59000",
    notify_url="http://127.0.0.1:%d/notify" % server.server_port,
)
link = open_link(shop.create_forex_trade_url(**order))
check("an order leads to the cashier", link is not None and "/cashier/" in link, link)
answer = ElementTree.fromstring(shop.single_trade_query(out_trade_no=number).encode())
check("before sign-in there is no trade", answer.findtext("error") == "TRADE_NOT_EXIST", answer.findtext("error"))
check("the shopper pays", pay(link).get("status") == "paid")
told.wait(20)
check("the notification is genuine", verdicts.get("genuine") is True, verdicts)
check("a tampered notification is not", verdicts.get("tampered") is False, verdicts)
answer = ElementTree.fromstring(shop.single_trade_query(out_trade_no=number).encode())
status = answer.findtext("response/trade/trade_status")
check("the query says TRADE_FINISHED", status == "TRADE_FINISHED", status)
link = open_link(shop.create_forex_trade_wap_url(**dict(order, out_trade_no=number + "-wap")))
check("an order on the phone leads to the cashier", link is not None and "/cashier/" in link, link)
server.shutdown()
