import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import com.alipay.global.api.DefaultAlipayClient;
import com.alipay.global.api.model.ams.*;
import com.alipay.global.api.request.ams.pay.*;
import com.alipay.global.api.response.AlipayResponse;
import com.alipay.global.api.response.ams.pay.*;
import com.alipay.global.api.tools.WebhookTool;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** The official Java SDK, unmodified, against a running sandbox. Prints one line a check: ok NAME / not ok NAME - WHY. */
public class Client {
  record Received(String path, Map<String, List<String>> headers, String body) {}

  static final List<Received> received = new CopyOnWriteArrayList<>();
  static final String run = UUID.randomUUID().toString().substring(0, 8);
  static JSONObject config;
  static JSONObject merchant;
  static DefaultAlipayClient sdk;
  static String notifyUrl;

  public static void main(String[] args) throws Exception {
    config = JSON.parseObject(Files.readString(Path.of(args[0])));
    merchant = config.getJSONObject("merchant");
    sdk = client(merchant.getString("merchantPrivateKey"));
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", exchange -> {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      received.add(new Received(exchange.getRequestURI().getPath(), exchange.getRequestHeaders(), body));
      byte[] answer = "{\"result\":{\"resultCode\":\"SUCCESS\",\"resultStatus\":\"S\",\"resultMessage\":\"success\"}}".getBytes();
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    server.start();
    notifyUrl = "http://127.0.0.1:" + server.getAddress().getPort() + "/notify/java";
    try {
      checks();
    } finally {
      server.stop(0);
    }
    System.exit(0);
  }

  static void checks() throws Exception {
    String payId = "java-pay-" + run;
    AlipayPayResponse first = sdk.execute(pay(payId, "59000"));
    check("pay", code(first).equals("U PAYMENT_IN_PROCESS") && first.getNormalUrl().startsWith("http"), first);
    check("pay again is the same", same(sdk.execute(pay(payId, "59000")), first), "");
    check("same id, other amount", code(sdk.execute(pay(payId, "58000"))).equals("F REPEAT_REQ_INCONSISTENT"), "");
    check("inquiry while open", sdk.execute(query(first.getPaymentId(), null)).getPaymentStatus() == TransactionStatusType.PROCESSING, "");

    post("/sandbox/pay", Map.of("paymentId", first.getPaymentId(), "decision", "approve"));
    AlipayPayQueryResponse paid = sdk.execute(query(null, payId));
    check("inquiry SUCCESS", paid.getPaymentStatus() == TransactionStatusType.SUCCESS, paid);
    check("inquiry again is the same", same(sdk.execute(query(null, payId)), paid), "");
    check("pay after success", code(sdk.execute(pay(payId, "59000"))).equals("S SUCCESS"), "");
    notification(first.getPaymentId());

    long returned = 0;
    int number = 0;
    for (String value : List.of("20000", "19000", "20000")) {
      String id = "java-refund-" + ++number + "-" + run;
      AlipayRefundResponse answer = sdk.execute(refund(first.getPaymentId(), id, value));
      check("refund " + value, code(answer).equals("S SUCCESS") && answer.getRefundAmount().getValue().equals(value), answer);
      check("refund " + value + " again is the same", same(sdk.execute(refund(first.getPaymentId(), id, value)), answer), "");
      AlipayInquiryRefundRequest ask = new AlipayInquiryRefundRequest();
      ask.setRefundRequestId(id);
      check("inquiryRefund " + value, sdk.execute(ask).getRefundStatus() == TransactionStatusType.SUCCESS, "");
    }
    check("refund beyond the rest", code(sdk.execute(refund(first.getPaymentId(), "java-refund-4-" + run, "1"))).equals("F REFUND_AMOUNT_EXCEED"), "");
    check("same refund id, other amount", code(sdk.execute(refund(first.getPaymentId(), "java-refund-1-" + run, "2"))).equals("F REPEAT_REQ_INCONSISTENT"), "");
    check("notifyRefund arrives", await(body -> "REFUND_RESULT".equals(body.getString("notifyType"))) != null, "");
    others();
  }

  static void notification(String paymentId) throws Exception {
    Received item = await(body -> "PAYMENT_RESULT".equals(body.getString("notifyType")));
    check("notifyPayment arrives", item != null, "");
    if (item == null) return;
    check("notifyPayment verified by the SDK", verified(item, item.body()), item.body());
    check("notifyPayment is about this payment", JSON.parseObject(item.body()).getString("paymentId").equals(paymentId), item.body());
    check("a tampered notification fails", !verified(item, item.body().replace("59000", "1")), "");
  }

  static boolean verified(Received item, String body) {
    try {
      return WebhookTool.checkSignature(item.path(), "POST", header(item, "client-id"), header(item, "request-time"),
          header(item, "signature"), body, merchant.getString("gatewayPublicKey"));
    } catch (Exception error) {
      return false;
    }
  }

  static void others() throws Exception {
    AlipayPayConsultRequest consult = new AlipayPayConsultRequest();
    consult.setProductCode(ProductCodeType.CASHIER_PAYMENT);
    consult.setPaymentAmount(krw("59000"));
    consult.setUserRegion("CN");
    consult.setEnv(env());
    AlipayPayConsultResponse offered = sdk.execute(consult);
    check("consult", code(offered).equals("S SUCCESS") && offered.getPaymentOptions().get(0).isEnabled(), offered);
    check("consult again is the same", same(sdk.execute(consult), offered), "");

    AlipayPaymentSessionRequest session = new AlipayPaymentSessionRequest();
    session.setProductCode(ProductCodeType.CASHIER_PAYMENT);
    session.setPaymentRequestId("java-session-" + run);
    session.setOrder(order());
    session.setPaymentAmount(krw("59000"));
    session.setPaymentRedirectUrl("https://mall.example/return");
    session.setProductScene("CHECKOUT_PAYMENT");
    AlipayPaymentSessionResponse opened = sdk.execute(session);
    check("createPaymentSession", code(opened).equals("S SUCCESS") && opened.getPaymentSessionData() != null, opened);
    check("createPaymentSession again is the same", same(sdk.execute(session), opened), "");

    sdk.execute(pay("java-cancel-" + run, "59000"));
    AlipayPayCancelRequest cancel = new AlipayPayCancelRequest();
    cancel.setPaymentRequestId("java-cancel-" + run);
    AlipayPayCancelResponse cancelled = sdk.execute(cancel);
    check("cancel", code(cancelled).equals("S SUCCESS"), cancelled);
    check("cancel again is the same", same(sdk.execute(cancel), cancelled), "");
    check("inquiry CANCELLED", sdk.execute(query(null, "java-cancel-" + run)).getPaymentStatus() == TransactionStatusType.CANCELLED, "");
    check("unknown payment", code(sdk.execute(query(null, "java-none-" + run))).equals("F ORDER_NOT_EXIST"), "");

    AlipayPayResponse forged = client(config.getString("otherPrivateKey")).execute(pay("java-forged-" + run, "59000"));
    check("a bad signature", code(forged).equals("F INVALID_SIGNATURE"), forged);
    check("nothing came of it", code(sdk.execute(query(null, "java-forged-" + run))).equals("F ORDER_NOT_EXIST"), "");
  }

  static DefaultAlipayClient client(String privateKey) {
    return new DefaultAlipayClient(config.getString("https"), privateKey, merchant.getString("gatewayPublicKey"), merchant.getString("clientId"));
  }

  static AlipayPayRequest pay(String id, String value) {
    AlipayPayRequest request = new AlipayPayRequest();
    request.setProductCode(ProductCodeType.CASHIER_PAYMENT);
    request.setPaymentRequestId(id);
    request.setOrder(order());
    request.setPaymentAmount(krw(value));
    PaymentMethod method = new PaymentMethod();
    method.setPaymentMethodType("ALIPAY_CN");
    request.setPaymentMethod(method);
    request.setPaymentRedirectUrl("https://mall.example/return?order=1");
    request.setPaymentNotifyUrl(notifyUrl);
    request.setEnv(env());
    return request;
  }

  static Order order() {
    Order order = new Order();
    order.setReferenceOrderId("JAVA-" + run);
    order.setOrderDescription("气垫粉底 <Cushion> & 'foundation'");
    order.setOrderAmount(krw("59000"));
    return order;
  }

  static Env env() {
    Env env = new Env();
    env.setTerminalType(TerminalType.WEB);
    return env;
  }

  static Amount krw(String value) {
    Amount amount = new Amount();
    amount.setCurrency("KRW");
    amount.setValue(value);
    return amount;
  }

  static AlipayPayQueryRequest query(String paymentId, String requestId) {
    AlipayPayQueryRequest request = new AlipayPayQueryRequest();
    request.setPaymentId(paymentId);
    request.setPaymentRequestId(requestId);
    return request;
  }

  static AlipayRefundRequest refund(String paymentId, String id, String value) {
    AlipayRefundRequest request = new AlipayRefundRequest();
    request.setPaymentId(paymentId);
    request.setRefundRequestId(id);
    request.setRefundAmount(krw(value));
    request.setRefundNotifyUrl(notifyUrl);
    return request;
  }

  static String code(AlipayResponse response) {
    return response.getResult().getResultStatus() + " " + response.getResult().getResultCode();
  }

  static boolean same(Object left, Object right) {
    return JSON.toJSONString(left).equals(JSON.toJSONString(right));
  }

  static void check(String name, boolean condition, Object why) {
    System.out.println(condition ? "ok " + name : "not ok " + name + " - " + JSON.toJSONString(why));
  }

  static String header(Received item, String name) {
    for (Map.Entry<String, List<String>> entry : item.headers().entrySet())
      if (entry.getKey().equalsIgnoreCase(name)) return entry.getValue().get(0);
    return "";
  }

  static Received await(Predicate<JSONObject> match) throws InterruptedException {
    for (int tries = 0; tries < 100; tries++) {
      for (Received item : received) if (match.test(JSON.parseObject(item.body()))) return item;
      Thread.sleep(100);
    }
    return null;
  }

  static void post(String path, Object body) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(config.getString("http") + path))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(JSON.toJSONString(body))).build();
    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }
}
