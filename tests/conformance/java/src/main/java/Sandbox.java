import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** The client's surroundings: its settings, the lines that it prints, the shop's notification address, the shopper. */
final class Sandbox {
  record Received(String path, Map<String, List<String>> headers, String body, JSONObject fields) {
    String header(String name) {
      for (Map.Entry<String, List<String>> entry : headers.entrySet())
        if (entry.getKey().equalsIgnoreCase(name)) return entry.getValue().get(0);
      return "";
    }
  }

  final JSONObject settings;
  final JSONObject merchant;
  final String notifyUrl;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final HttpServer inbox;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(15)).build();

  Sandbox(String file) throws IOException {
    settings = JSON.parseObject(Files.readString(Path.of(file)));
    merchant = settings.getJSONObject("merchant");
    inbox = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    inbox.createContext("/", this::receive);
    inbox.start();
    notifyUrl = "http://127.0.0.1:" + inbox.getAddress().getPort() + "/notify/java";
  }

  void close() {
    inbox.stop(0);
  }

  static void check(String name, boolean condition, Object why) {
    System.out.println(condition ? "ok " + name : "not ok " + name + " - " + shortened(JSON.toJSONString(why)));
  }

  static void skip(String name, String why) {
    System.out.println("skip " + name + " - " + why);
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(text.length(), 600));
  }

  /** Asks the sandbox's own interface, which is no part of the SDK. */
  JSONObject get(String path) throws Exception {
    return ask(HttpRequest.newBuilder(URI.create(settings.getString("http") + path)).GET());
  }

  JSONObject post(String path, Object body) throws Exception {
    return ask(HttpRequest.newBuilder(URI.create(settings.getString("http") + path))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(JSON.toJSONString(body))));
  }

  private JSONObject ask(HttpRequest.Builder request) throws Exception {
    HttpRequest asked = request.timeout(Duration.ofSeconds(15)).build();
    return JSON.parseObject(http.send(asked, HttpResponse.BodyHandlers.ofString()).body());
  }

  /** The first notification whose field has this value; null when none comes. */
  Received await(String notifyType, String field, String value) throws InterruptedException {
    return eventually(() -> {
      for (Received item : received)
        if (notifyType.equals(item.fields().getString("notifyType")) && value.equals(item.fields().getString(field))) return item;
      return null;
    });
  }

  /** Asks again and again, for 15 seconds, for something that happens soon; null when it does not. */
  static <T> T eventually(Supplier<T> find) throws InterruptedException {
    for (int tries = 0; tries < 150; tries++) {
      T found = find.get();
      if (found != null) return found;
      Thread.sleep(100);
    }
    return null;
  }

  private void receive(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    received.add(new Received(exchange.getRequestURI().getPath(), exchange.getRequestHeaders(), body, JSON.parseObject(body)));
    byte[] answer = "{\"result\":{\"resultCode\":\"SUCCESS\",\"resultStatus\":\"S\",\"resultMessage\":\"success\"}}"
        .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }
}
