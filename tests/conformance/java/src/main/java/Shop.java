import com.alipay.global.api.model.ams.Amount;
import com.alipay.global.api.model.ams.Env;
import com.alipay.global.api.model.ams.Order;
import com.alipay.global.api.model.ams.PaymentMethod;
import com.alipay.global.api.model.ams.ProductCodeType;
import com.alipay.global.api.model.ams.TerminalType;
import com.alipay.global.api.request.ams.pay.AlipayInquiryRefundRequest;
import com.alipay.global.api.request.ams.pay.AlipayPayCancelRequest;
import com.alipay.global.api.request.ams.pay.AlipayPayConsultRequest;
import com.alipay.global.api.request.ams.pay.AlipayPayQueryRequest;
import com.alipay.global.api.request.ams.pay.AlipayPayRequest;
import com.alipay.global.api.request.ams.pay.AlipayPaymentSessionRequest;
import com.alipay.global.api.request.ams.pay.AlipayRefundRequest;

/** The requests that the checks make, built with the SDK's own classes. */
final class Shop {
  private Shop() {}

  static Amount krw(String value) {
    Amount amount = new Amount();
    amount.setCurrency("KRW");
    amount.setValue(value);
    return amount;
  }

  private static Env web() {
    Env env = new Env();
    env.setTerminalType(TerminalType.WEB);
    return env;
  }

  private static Order order(String reference) {
    Order order = new Order();
    order.setReferenceOrderId(reference);
    // What JSON writers disagree about: Chinese, markup characters, quotes.
    order.setOrderDescription("气垫粉底 <Cushion> & 'foundation' \"23\"");
    order.setOrderAmount(krw("59000"));
    return order;
  }

  static AlipayPayRequest pay(String id, String value, String notifyUrl) {
    AlipayPayRequest request = new AlipayPayRequest();
    request.setProductCode(ProductCodeType.CASHIER_PAYMENT);
    request.setPaymentRequestId(id);
    request.setOrder(order(id));
    request.setPaymentAmount(krw(value));
    PaymentMethod method = new PaymentMethod();
    method.setPaymentMethodType("ALIPAY_CN");
    request.setPaymentMethod(method);
    request.setPaymentRedirectUrl("https://mall.example/return?order=1");
    request.setPaymentNotifyUrl(notifyUrl);
    request.setEnv(web());
    return request;
  }

  static AlipayPaymentSessionRequest session(String id, String notifyUrl) {
    AlipayPaymentSessionRequest request = new AlipayPaymentSessionRequest();
    request.setProductCode(ProductCodeType.CASHIER_PAYMENT);
    request.setPaymentRequestId(id);
    request.setOrder(order(id));
    request.setPaymentAmount(krw("59000"));
    request.setPaymentRedirectUrl("https://mall.example/return");
    request.setPaymentNotifyUrl(notifyUrl);
    request.setProductScene("CHECKOUT_PAYMENT");
    return request;
  }

  static AlipayPayQueryRequest inquiry(String paymentId, String requestId) {
    AlipayPayQueryRequest request = new AlipayPayQueryRequest();
    request.setPaymentId(paymentId);
    request.setPaymentRequestId(requestId);
    return request;
  }

  static AlipayPayCancelRequest cancel(String requestId) {
    AlipayPayCancelRequest request = new AlipayPayCancelRequest();
    request.setPaymentRequestId(requestId);
    return request;
  }

  static AlipayRefundRequest refund(String paymentId, String id, String value, String notifyUrl) {
    AlipayRefundRequest request = new AlipayRefundRequest();
    request.setPaymentId(paymentId);
    request.setRefundRequestId(id);
    request.setRefundAmount(krw(value));
    request.setRefundReason("色号不对 wrong shade");
    request.setRefundNotifyUrl(notifyUrl);
    return request;
  }

  static AlipayInquiryRefundRequest refundInquiry(String id) {
    AlipayInquiryRefundRequest request = new AlipayInquiryRefundRequest();
    request.setRefundRequestId(id);
    return request;
  }

  static AlipayPayConsultRequest consult() {
    AlipayPayConsultRequest request = new AlipayPayConsultRequest();
    request.setProductCode(ProductCodeType.CASHIER_PAYMENT);
    request.setPaymentAmount(krw("59000"));
    request.setUserRegion("CN");
    request.setEnv(web());
    return request;
  }
}
