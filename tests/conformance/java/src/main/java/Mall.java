import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import com.alipay.global.api.DefaultAlipayClient;
import com.alipay.global.api.tools.WebhookTool;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rehearsal's shop, on the official SDK: `Mall CONFIG.json` (url, clientId, privateKey, keys by version) prints
 * `notify URL`, then takes lines: `pay ID AMOUNT`, `inquire PAYMENT`, `refund PAYMENT ID AMOUNT`, `asked REFUND`, `key VERSION
 * KEY`; each is answered with a line `answer JSON`. Each notification is a line `notified JSON`, with whether its signature is right.
 */
public final class Mall {
  private static final Pattern VERSION = Pattern.compile("keyVersion=(\\d+)");

  private final JSONObject settings;
  private final Map<String, String> keys = new ConcurrentHashMap<>();
  private final HttpServer inbox;
  private DefaultAlipayClient sdk;

  private Mall(JSONObject settings) throws IOException {
    this.settings = settings;
    settings.getJSONObject("keys").forEach((version, key) -> use(version, (String) key));
    inbox = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    inbox.createContext("/", this::hear);
    inbox.start();
  }

  private void use(String version, String key) {
    keys.put(version, key);
    sdk = new DefaultAlipayClient(settings.getString("url"), settings.getString("privateKey"), key, settings.getString("clientId"));
  }

  public static void main(String[] args) throws Exception {
    Mall mall = new Mall(JSON.parseObject(Files.readString(Path.of(args[0]))));
    say("notify", "http://127.0.0.1:" + mall.inbox.getAddress().getPort() + "/notify/mall");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null;) {
      String said;
      try {
        said = JSON.toJSONString(mall.obey(line.trim().split(" ")));
      } catch (Exception error) {
        said = JSON.toJSONString(Map.of("failed", String.valueOf(error.getMessage())));
      }
      say("answer", said);
    }
    System.exit(0);
  }

  private Object obey(String[] words) throws Exception {
    String notify = "http://127.0.0.1:" + inbox.getAddress().getPort() + "/notify/mall";
    switch (words[0]) {
      case "pay":
        return sdk.execute(Shop.pay(words[1], words[2], notify));
      case "inquire":
        return sdk.execute(Shop.inquiry(words[1], null));
      case "refund":
        return sdk.execute(Shop.refund(words[1], words[2], words[3], notify));
      case "asked":
        return sdk.execute(Shop.refundInquiry(words[1]));
      case "key":
        use(words[1], words[2]);
        return Map.of("key", words[1]);
      default:
        throw new IllegalArgumentException("unknown: " + words[0]);
    }
  }

  private void hear(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    JSONObject told = JSON.parseObject(body);
    String signature = header(exchange, "signature");
    Matcher version = VERSION.matcher(signature);
    String used = version.find() ? version.group(1) : "";
    boolean right = false;
    try {
      right = WebhookTool.checkSignature(exchange.getRequestURI().getPath(), "POST", header(exchange, "client-id"),
          header(exchange, "request-time"), signature, body, keys.get(used));
    } catch (Exception error) {
      // It is not right, whatever the reason.
    }
    byte[] answer = "{\"result\":{\"resultCode\":\"SUCCESS\",\"resultStatus\":\"S\",\"resultMessage\":\"success\"}}"
        .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
    told.put("signatureIsRight", right);
    told.put("keyVersion", used);
    say("notified", told.toJSONString());
  }

  private static String header(HttpExchange exchange, String name) {
    String found = exchange.getRequestHeaders().getFirst(name);
    return found == null ? "" : found;
  }

  private static synchronized void say(String what, String text) {
    System.out.println(what + " " + text);
    System.out.flush();
  }
}
