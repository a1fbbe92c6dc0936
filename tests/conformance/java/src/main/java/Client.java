import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONArray;
import com.alibaba.fastjson.JSONObject;
import com.alipay.global.api.DefaultAlipayClient;
import com.alipay.global.api.exception.AlipayApiException;
import com.alipay.global.api.model.ams.Quote;
import com.alipay.global.api.model.ams.TransactionStatusType;
import com.alipay.global.api.request.ams.notify.AlipayPayResultNotify;
import com.alipay.global.api.request.AlipayRequest;
import com.alipay.global.api.request.ams.pay.AlipayPayRequest;
import com.alipay.global.api.response.AlipayResponse;
import com.alipay.global.api.response.ams.pay.AlipayInquiryRefundResponse;
import com.alipay.global.api.response.ams.pay.AlipayPayCancelResponse;
import com.alipay.global.api.response.ams.pay.AlipayPayConsultResponse;
import com.alipay.global.api.response.ams.pay.AlipayPayQueryResponse;
import com.alipay.global.api.response.ams.pay.AlipayPayResponse;
import com.alipay.global.api.response.ams.pay.AlipayPaymentSessionResponse;
import com.alipay.global.api.response.ams.pay.AlipayRefundResponse;
import com.alipay.global.api.tools.WebhookTool;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The official Java SDK, unmodified, against a running sandbox: `Client CONFIG.json` prints a line a check. */
public final class Client {
  interface Group {
    void run() throws Exception;
  }

  private final String run = UUID.randomUUID().toString().substring(0, 10);
  private final String payId = "java-pay-" + run;
  private final Sandbox sandbox;
  private final DefaultAlipayClient sdk;
  private String paymentId;
  private AlipayPayQueryResponse paid;

  private Client(Sandbox sandbox) {
    this.sandbox = sandbox;
    sdk = client(sandbox.merchant.getString("merchantPrivateKey"), sandbox.merchant.getString("gatewayPublicKey"));
  }

  public static void main(String[] args) throws Exception {
    Sandbox sandbox = new Sandbox(args[0]);
    Client client = new Client(sandbox);
    List<Group> groups = List.of(client::payAndApprove, client::amounts, client::notification, client::refunds,
        client::offers, client::rates, client::cancels, client::refusals);
    int status = 0;
    for (Group group : groups) {
      try {
        group.run();
      } catch (Exception error) {
        // What it left unchecked is found out by the runner; the other groups are still worth making.
        error.printStackTrace();
        status = 1;
      }
    }
    sandbox.close();
    System.exit(status);
  }

  private void payAndApprove() throws Exception {
    AlipayPayResponse first = pay(payId, "59000");
    paymentId = first.getPaymentId();
    boolean open = code(first).equals("U PAYMENT_IN_PROCESS") && first.getNormalUrl().startsWith("http");
    Sandbox.check("pay", open && paymentId != null, first);
    Sandbox.check("pay again is the same", same(pay(payId, "59000"), first), first);
    AlipayPayResponse other = pay(payId, "58000");
    Sandbox.check("pay with another amount is refused", code(other).equals("F REPEAT_REQ_INCONSISTENT"), other);
    AlipayPayQueryResponse waiting = sdk.execute(Shop.inquiry(paymentId, null));
    Sandbox.check("inquiry while open", waiting.getPaymentStatus() == TransactionStatusType.PROCESSING, waiting);
    Sandbox.check("inquiry while open again is the same", same(sdk.execute(Shop.inquiry(paymentId, null)), waiting), waiting);
    JSONObject approved = sandbox.post("/sandbox/pay", Map.of("paymentId", paymentId, "decision", "approve"));
    Sandbox.check("the shopper approves", "paid".equals(approved.getString("status")), approved);
    paid = sdk.execute(Shop.inquiry(null, payId));
    boolean succeeded = paid.getPaymentStatus() == TransactionStatusType.SUCCESS && paid.getPaymentResultCode().equals("SUCCESS");
    Sandbox.check("inquiry says SUCCESS", succeeded && paid.getPaymentId().equals(paymentId), paid);
    Sandbox.check("inquiry again is the same", same(sdk.execute(Shop.inquiry(null, payId)), paid), paid);
    AlipayPayResponse after = pay(payId, "59000");
    Sandbox.check("pay after success", code(after).equals("S SUCCESS") && after.getPaymentId().equals(paymentId), after);
  }

  private void amounts() {
    Quote quote = paid.getPaymentQuote();
    BigDecimal price = quote.getQuotePrice();
    BigDecimal fen = price.multiply(new BigDecimal("5900000"));
    BigDecimal actual = new BigDecimal(paid.getActualPaymentAmount().getValue());
    boolean explained = quote.getQuoteCurrencyPair().equals("KRW/CNY") && fen.subtract(actual).abs().compareTo(BigDecimal.ONE) <= 0;
    Sandbox.check("the quote explains the yuan", explained && paid.getActualPaymentAmount().getCurrency().equals("CNY"), paid);
    String day = "the rate is of that day";
    if (sandbox.settings.getString("midKrwPerCny") == null) {
      Sandbox.skip(day, "the sandbox's clock has been moved away from its first day");
      return;
    }
    BigDecimal mid = BigDecimal.ONE.divide(sandbox.settings.getBigDecimal("midKrwPerCny"), MathContext.DECIMAL64);
    boolean near = price.compareTo(mid) >= 0 && price.compareTo(mid.multiply(new BigDecimal("1.02"))) <= 0;
    Sandbox.check(day, near, quote);
  }

  private void notification() throws Exception {
    Sandbox.Received item = sandbox.await("PAYMENT_RESULT", "paymentId", paymentId);
    Sandbox.check("notifyPayment arrives", item != null, "nothing came within 15 s");
    if (item == null) return;
    Sandbox.check("notifyPayment is verified by the SDK", verified(item, item.body()), item);
    AlipayPayResultNotify told = JSON.parseObject(item.body(), AlipayPayResultNotify.class);
    boolean about = told.getPaymentId().equals(paymentId) && told.getPaymentRequestId().equals(payId)
        && told.getPaymentAmount().getValue().equals("59000") && told.getResult().getResultCode().equals("SUCCESS");
    Sandbox.check("notifyPayment is about this payment", about, item.body());
    String tampered = item.body().replace("59000", "1");
    Sandbox.check("a tampered notification is refused", !tampered.equals(item.body()) && !verified(item, tampered), item.body());
    JSONArray attempts = Sandbox.eventually(() -> attempts(paymentId));
    boolean once = attempts != null && attempts.size() == 1 && attempts.getJSONObject(0).getBooleanValue("acknowledged");
    Sandbox.check("notifyPayment is acknowledged and sent once", once, attempts);
  }

  /** Every attempt to deliver the notifications of this payment's result; null while there is none. */
  private JSONArray attempts(String paymentId) {
    JSONArray attempts = new JSONArray();
    try {
      for (Object each : sandbox.get("/sandbox/outbox?paymentId=" + paymentId).getJSONArray("notifications")) {
        JSONObject notification = (JSONObject) each;
        if (notification.getString("kind").equals("payment")) attempts.addAll(notification.getJSONArray("attempts"));
      }
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
    return attempts.isEmpty() ? null : attempts;
  }

  private boolean verified(Sandbox.Received item, String body) {
    try {
      return WebhookTool.checkSignature(item.path(), "POST", item.header("client-id"), item.header("request-time"),
          item.header("signature"), body, sandbox.merchant.getString("gatewayPublicKey"));
    } catch (Exception error) {
      return false;
    }
  }

  private void refunds() throws Exception {
    List<Sandbox.Received> notified = new ArrayList<>();
    List<String> returned = new ArrayList<>();
    for (String[] part : new String[][] {{"20000", "20000"}, {"19000", "19000"}, {"the rest", "20000"}}) {
      String name = part[0];
      String id = "java-refund-" + name.replace(' ', '-') + "-" + run;
      AlipayRefundResponse made = refund(id, part[1]);
      boolean done = code(made).equals("S SUCCESS") && made.getRefundAmount().getValue().equals(part[1]) && made.getRefundId() != null;
      Sandbox.check("refund " + name, done, made);
      Sandbox.check("refund " + name + " again is the same", same(refund(id, part[1]), made), made);
      AlipayInquiryRefundResponse asked = (AlipayInquiryRefundResponse) sdk.execute(Shop.refundInquiry(id));
      boolean found = asked.getRefundStatus() == TransactionStatusType.SUCCESS && asked.getRefundId().equals(made.getRefundId());
      Sandbox.check("inquiryRefund " + name, found, asked);
      Sandbox.check("inquiryRefund " + name + " again is the same", same(sdk.execute(Shop.refundInquiry(id)), asked), asked);
      Sandbox.Received item = sandbox.await("REFUND_RESULT", "refundRequestId", id);
      notified.add(item);
      // This SDK's own answer has no field for the yuan; the notification of the refund says them.
      if (item != null) returned.add(item.fields().getJSONObject("actualRefundAmount").getString("value"));
    }
    BigDecimal sum = returned.stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
    String actual = paid.getActualPaymentAmount().getValue();
    Sandbox.check("refunds return exactly the yuan paid", sum.compareTo(new BigDecimal(actual)) == 0, List.of(returned, actual));
    AlipayRefundResponse beyond = refund("java-refund-beyond-" + run, "1");
    Sandbox.check("refund beyond the rest is refused", code(beyond).equals("F REFUND_AMOUNT_EXCEED"), beyond);
    AlipayRefundResponse again = refund("java-refund-beyond-" + run, "1");
    Sandbox.check("refund beyond the rest again is the same", same(again, beyond), again);
    AlipayRefundResponse other = refund("java-refund-20000-" + run, "2");
    Sandbox.check("refund with another amount is refused", code(other).equals("F REPEAT_REQ_INCONSISTENT"), other);
    AlipayPayQueryResponse asked = sdk.execute(Shop.inquiry(null, payId));
    List<String> values = asked.getTransactions() == null ? List.of()
        : asked.getTransactions().stream().map(each -> each.getTransactionAmount().getValue()).sorted().toList();
    boolean listed = asked.getPaymentStatus() == TransactionStatusType.SUCCESS && values.equals(List.of("19000", "20000", "20000"));
    Sandbox.check("inquiry lists the refunds", listed, values);
    boolean genuine = notified.stream().allMatch(item -> item != null && verified(item, item.body()));
    Sandbox.check("notifyRefund is verified by the SDK", genuine, notified);
  }

  private void offers() throws Exception {
    AlipayPayConsultResponse offered = sdk.execute(Shop.consult());
    boolean enabled = code(offered).equals("S SUCCESS") && json(offered.getPaymentOptions().get(0)).getBooleanValue("enabled");
    Sandbox.check("consult", enabled, offered);
    Sandbox.check("consult again is the same", same(sdk.execute(Shop.consult()), offered), offered);
    String id = "java-session-" + run;
    AlipayPaymentSessionResponse opened = sdk.execute(Shop.session(id, sandbox.notifyUrl));
    boolean usable = opened.getPaymentSessionData() != null && opened.getPaymentSessionId() != null && opened.getNormalUrl().startsWith("http");
    Sandbox.check("createPaymentSession", code(opened).equals("S SUCCESS") && usable, opened);
    Sandbox.check("createPaymentSession again is the same", same(sdk.execute(Shop.session(id, sandbox.notifyUrl)), opened), opened);
  }

  /** Release 2.0.45 has no request for rates; later ones have, so its class is looked for by name. */
  private void rates() throws Exception {
    Class<?> type;
    try {
      type = Class.forName("com.alipay.global.api.request.ams.pay.AlipayInquireExchangeRateRequest");
    } catch (ClassNotFoundException absent) {
      for (String name : List.of("inquireExchangeRate", "inquireExchangeRate again is the same", "pay with an inquired quote"))
        Sandbox.skip(name, "this release of the SDK has no inquireExchangeRate request");
      return;
    }
    String asked = "{\"productCode\":\"CASHIER_PAYMENT\",\"buyCurrency\":\"KRW\",\"sellCurrency\":\"CNY\"}";
    AlipayResponse answer = sdk.execute((AlipayRequest<?>) JSON.parseObject(asked, type));
    JSONObject quote = json(answer).getJSONArray("quotes").getJSONObject(0);
    boolean quoted = code(answer).equals("S SUCCESS") && "KRW/CNY".equals(quote.getString("quoteCurrencyPair"));
    Sandbox.check("inquireExchangeRate", quoted, answer);
    AlipayResponse again = sdk.execute((AlipayRequest<?>) JSON.parseObject(asked, type));
    BigDecimal price = quote.getBigDecimal("quotePrice");
    BigDecimal samePrice = json(again).getJSONArray("quotes").getJSONObject(0).getBigDecimal("quotePrice");
    Sandbox.check("inquireExchangeRate again is the same", samePrice.compareTo(price) == 0, again);
    String quoteId = json(answer).getJSONArray("paymentQuotes").getJSONObject(0).getString("quoteId");
    JSONObject body = json(Shop.pay("java-quoted-" + run, "59000", sandbox.notifyUrl));
    body.put("paymentQuote", Map.of("quoteId", quoteId));
    AlipayPayResponse payment = sdk.execute(body.toJavaObject(AlipayPayRequest.class));
    boolean used = payment.getPaymentQuote().getQuoteId().equals(quoteId) && payment.getPaymentQuote().getQuotePrice().compareTo(price) == 0;
    Sandbox.check("pay with an inquired quote", code(payment).equals("U PAYMENT_IN_PROCESS") && used, payment);
  }

  private void cancels() throws Exception {
    String id = "java-cancel-" + run;
    pay(id, "59000");
    AlipayPayCancelResponse cancelled = sdk.execute(Shop.cancel(id));
    boolean done = code(cancelled).equals("S SUCCESS") && cancelled.getPaymentRequestId().equals(id) && cancelled.getCancelTime() != null;
    Sandbox.check("cancel", done, cancelled);
    Sandbox.check("cancel again is the same", same(sdk.execute(Shop.cancel(id)), cancelled), cancelled);
    AlipayPayQueryResponse asked = sdk.execute(Shop.inquiry(null, id));
    Sandbox.check("inquiry says CANCELLED", asked.getPaymentStatus() == TransactionStatusType.CANCELLED, asked);
    AlipayPayResponse after = pay(id, "59000");
    Sandbox.check("pay after cancel", code(after).equals("F ORDER_IS_CANCELED"), after);
  }

  private void refusals() throws Exception {
    AlipayPayQueryResponse unknown = sdk.execute(Shop.inquiry(null, "java-none-" + run));
    Sandbox.check("unknown payment", code(unknown).equals("F ORDER_NOT_EXIST"), unknown);
    String id = "java-forged-" + run;
    String gatewayKey = sandbox.merchant.getString("gatewayPublicKey");
    DefaultAlipayClient forger = client(sandbox.settings.getString("otherPrivateKey"), gatewayKey);
    AlipayPayResponse forged = forger.execute(Shop.pay(id, "59000", sandbox.notifyUrl));
    Sandbox.check("a bad signature is refused", code(forged).equals("F INVALID_SIGNATURE"), forged);
    AlipayPayQueryResponse asked = sdk.execute(Shop.inquiry(null, id));
    Sandbox.check("nothing came of a bad signature", code(asked).equals("F ORDER_NOT_EXIST"), asked);
    // This SDK lets unsigned answers pass: only with another key does it show that ours are signed.
    String refused = "";
    try {
      client(sandbox.merchant.getString("merchantPrivateKey"), sandbox.settings.getString("strangerPublicKey"))
          .execute(Shop.inquiry(null, id));
    } catch (AlipayApiException error) {
      refused = String.valueOf(error.getMessage());
    }
    Sandbox.check("an answer that the gateway did not sign is refused", refused.contains("verify"), refused);
  }

  private DefaultAlipayClient client(String privateKey, String gatewayKey) {
    return new DefaultAlipayClient(sandbox.settings.getString("https"), privateKey, gatewayKey, sandbox.merchant.getString("clientId"));
  }

  private AlipayPayResponse pay(String id, String value) throws Exception {
    return sdk.execute(Shop.pay(id, value, sandbox.notifyUrl));
  }

  private AlipayRefundResponse refund(String id, String value) throws Exception {
    return sdk.execute(Shop.refund(paymentId, id, value, sandbox.notifyUrl));
  }

  private static String code(AlipayResponse response) {
    return response.getResult().getResultStatus() + " " + response.getResult().getResultCode();
  }

  /** By the names of its fields: for what the releases of the SDK name differently in Java. */
  private static JSONObject json(Object object) {
    return (JSONObject) JSON.toJSON(object);
  }

  private static boolean same(Object left, Object right) {
    return JSON.toJSONString(left).equals(JSON.toJSONString(right));
  }
}
