"""The client's surroundings: its settings, the lines that it prints, the shop's notification address, the shopper."""
import json
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)


def check(name, condition, why=""):
    print("ok %s" % name if condition else "not ok %s - %s" % (name, json.dumps(why, ensure_ascii=False, default=str)[:600]), flush=True)


def skip(name, why):
    print("skip %s - %s" % (name, why), flush=True)


def request(path, body=None):
    """Asks the sandbox's own interface, which is no part of the SDK."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(settings["http"] + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=15) as answer:
        return json.load(answer)


def eventually(find, seconds=15):
    """Asks again and again for something that happens soon; answers None when it does not."""
    for _ in range(seconds * 10):
        found = find()
        if found:
            return found
        time.sleep(0.1)
    return None


class Inbox:
    """The shop's notification address: keeps what arrives and acknowledges it."""

    def __init__(self):
        self.received = []
        inbox = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
                headers = {name.lower(): value for name, value in self.headers.items()}
                inbox.received.append({"path": self.path, "headers": headers, "body": body, "fields": json.loads(body)})
                answer = b'{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d/notify/python" % server.server_port

    def wait(self, **wanted):
        """The first notification that has these fields, or None when none comes."""
        return eventually(lambda: next((item for item in list(self.received) if matches(item["fields"], wanted)), None))


def matches(fields, wanted):
    return all(fields.get(name) == value for name, value in wanted.items())
