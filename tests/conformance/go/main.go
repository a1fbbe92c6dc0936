// The official Go SDK, unmodified, against a running sandbox. Prints one line a check: ok NAME / not ok NAME - WHY.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	defaultAlipayClient "github.com/alipay/global-open-sdk-go/com/alipay/api"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/model"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/request"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/request/pay"
	responsePay "github.com/alipay/global-open-sdk-go/com/alipay/api/response/pay"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/tools"
)

type config struct {
	HTTP            string `json:"http"`
	OtherPrivateKey string `json:"otherPrivateKey"`
	Merchant        struct {
		ClientId           string `json:"clientId"`
		MerchantPrivateKey string `json:"merchantPrivateKey"`
		GatewayPublicKey   string `json:"gatewayPublicKey"`
	} `json:"merchant"`
}

type received struct {
	path    string
	headers http.Header
	body    string
}

var (
	settings  config
	sdk       *defaultAlipayClient.DefaultAlipayClient
	notifyUrl string
	run       = strconv.FormatInt(time.Now().UnixNano(), 36)
	mutex     sync.Mutex
	inbox     []received
)

func check(name string, condition bool, why any) {
	if condition {
		fmt.Println("ok " + name)
		return
	}
	text, _ := json.Marshal(why)
	fmt.Printf("not ok %s - %s\n", name, text)
}

// execute answers the SDK's typed response as JSON, which is how the checks look into it.
func execute[Response any](client *defaultAlipayClient.DefaultAlipayClient, asked *request.AlipayRequest) (*Response, map[string]any) {
	answer, err := client.Execute(asked)
	if err != nil {
		return nil, map[string]any{"error": err.Error()}
	}
	typed, ok := answer.(*Response)
	if !ok {
		return nil, map[string]any{"error": fmt.Sprintf("the SDK answered a %T", answer)}
	}
	text, _ := json.Marshal(typed)
	fields := map[string]any{}
	_ = json.Unmarshal(text, &fields)
	return typed, fields
}

func code(fields map[string]any) string {
	result, ok := fields["result"].(map[string]any)
	if !ok {
		return fmt.Sprint(fields)
	}
	return fmt.Sprint(result["resultStatus"], " ", result["resultCode"])
}

func krw(value string) *model.Amount { return &model.Amount{Currency: "KRW", Value: value} }

func newOrder() *model.Order {
	return &model.Order{ReferenceOrderId: "GO-" + run, OrderDescription: "气垫粉底 <Cushion> & 'foundation'", OrderAmount: krw("59000"), Env: &model.Env{TerminalType: model.TerminalType_WEB}}
}

func newPay(id, value string) *request.AlipayRequest {
	asked, body := pay.NewAlipayPayRequest()
	body.ProductCode = model.ProductCodeType_CASHIER_PAYMENT
	body.PaymentRequestId = id
	body.Order = newOrder()
	body.PaymentAmount = krw(value)
	body.PaymentMethod = &model.PaymentMethod{PaymentMethodType: "ALIPAY_CN"}
	body.PaymentRedirectUrl = "https://mall.example/return?order=1"
	body.PaymentNotifyUrl = notifyUrl
	return asked
}

func newQuery(paymentId, requestId string) *request.AlipayRequest {
	asked, body := pay.NewAlipayPayQueryRequest()
	body.PaymentId = paymentId
	body.PaymentRequestId = requestId
	return asked
}

func newRefund(paymentId, id, value string) *request.AlipayRequest {
	asked, body := pay.NewAlipayRefundRequest()
	body.PaymentId = paymentId
	body.RefundRequestId = id
	body.RefundAmount = krw(value)
	body.RefundNotifyUrl = notifyUrl
	return asked
}

func newRefundQuery(id string) *request.AlipayRequest {
	asked, body := pay.NewAlipayInquiryRefundRequest()
	body.RefundRequestId = id
	return asked
}

func same(left, right map[string]any) bool {
	a, _ := json.Marshal(left)
	b, _ := json.Marshal(right)
	return bytes.Equal(a, b)
}

func await(match func(map[string]any) bool) *received {
	for tries := 0; tries < 100; tries++ {
		mutex.Lock()
		for index := range inbox {
			fields := map[string]any{}
			_ = json.Unmarshal([]byte(inbox[index].body), &fields)
			if match(fields) {
				item := inbox[index]
				mutex.Unlock()
				return &item
			}
		}
		mutex.Unlock()
		time.Sleep(100 * time.Millisecond)
	}
	return nil
}

func receive() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	notifyUrl = "http://" + listener.Addr().String() + "/notify/go"
	go http.Serve(listener, http.HandlerFunc(func(writer http.ResponseWriter, asked *http.Request) {
		body, _ := io.ReadAll(asked.Body)
		mutex.Lock()
		inbox = append(inbox, received{asked.URL.Path, asked.Header, string(body)})
		mutex.Unlock()
		writer.Header().Set("Content-Type", "application/json")
		_, _ = writer.Write([]byte(`{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}`))
	}))
}

func verified(item *received, body string) bool {
	valid, err := tools.CheckSignature(item.path, "POST", item.headers.Get("client-id"), item.headers.Get("request-time"), body, item.headers.Get("signature"), settings.Merchant.GatewayPublicKey)
	return err == nil && valid
}

func notification(paymentId string) {
	item := await(func(fields map[string]any) bool { return fields["notifyType"] == "PAYMENT_RESULT" })
	check("notifyPayment arrives", item != nil, "")
	if item == nil {
		return
	}
	check("notifyPayment verified by the SDK", verified(item, item.body), item.body)
	check("notifyPayment is about this payment", strings.Contains(item.body, paymentId), item.body)
	check("a tampered notification fails", !verified(item, strings.Replace(item.body, "59000", "1", 1)), "")
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &settings)
	}
	if err != nil {
		panic(err)
	}
	merchant := settings.Merchant
	client := func(key string) *defaultAlipayClient.DefaultAlipayClient {
		return defaultAlipayClient.NewDefaultAlipayClient(settings.HTTP, merchant.ClientId, key, merchant.GatewayPublicKey)
	}
	sdk = client(merchant.MerchantPrivateKey)
	receive()

	payId := "go-pay-" + run
	first, fields := execute[responsePay.AlipayPayResponse](sdk, newPay(payId, "59000"))
	check("pay", code(fields) == "U PAYMENT_IN_PROCESS" && first != nil && strings.HasPrefix(first.NormalUrl, "http"), fields)
	if first == nil {
		return
	}
	_, again := execute[responsePay.AlipayPayResponse](sdk, newPay(payId, "59000"))
	check("pay again is the same", same(fields, again), again)
	_, fields = execute[responsePay.AlipayPayResponse](sdk, newPay(payId, "58000"))
	check("same id, other amount", code(fields) == "F REPEAT_REQ_INCONSISTENT", fields)
	_, fields = execute[responsePay.AlipayPayQueryResponse](sdk, newQuery(first.PaymentId, ""))
	check("inquiry while open", fields["paymentStatus"] == "PROCESSING", fields)

	body, _ := json.Marshal(map[string]string{"paymentId": first.PaymentId, "decision": "approve"})
	if _, err := http.Post(settings.HTTP+"/sandbox/pay", "application/json", bytes.NewReader(body)); err != nil {
		panic(err)
	}
	_, paid := execute[responsePay.AlipayPayQueryResponse](sdk, newQuery("", payId))
	check("inquiry SUCCESS", paid["paymentStatus"] == "SUCCESS", paid)
	_, again = execute[responsePay.AlipayPayQueryResponse](sdk, newQuery("", payId))
	check("inquiry again is the same", same(paid, again), again)
	_, fields = execute[responsePay.AlipayPayResponse](sdk, newPay(payId, "59000"))
	check("pay after success", code(fields) == "S SUCCESS", fields)
	notification(first.PaymentId)

	for number, value := range []string{"20000", "19000", "20000"} {
		id := fmt.Sprintf("go-refund-%d-%s", number+1, run)
		_, made := execute[responsePay.AlipayRefundResponse](sdk, newRefund(first.PaymentId, id, value))
		check("refund "+value, code(made) == "S SUCCESS", made)
		_, again = execute[responsePay.AlipayRefundResponse](sdk, newRefund(first.PaymentId, id, value))
		check("refund "+value+" again is the same", same(made, again), again)
		_, fields = execute[responsePay.AlipayInquiryRefundResponse](sdk, newRefundQuery(id))
		check("inquiryRefund "+value, fields["refundStatus"] == "SUCCESS", fields)
	}
	_, fields = execute[responsePay.AlipayRefundResponse](sdk, newRefund(first.PaymentId, "go-refund-4-"+run, "1"))
	check("refund beyond the rest", code(fields) == "F REFUND_AMOUNT_EXCEED", fields)
	_, fields = execute[responsePay.AlipayRefundResponse](sdk, newRefund(first.PaymentId, "go-refund-1-"+run, "2"))
	check("same refund id, other amount", code(fields) == "F REPEAT_REQ_INCONSISTENT", fields)
	check("notifyRefund arrives", await(func(fields map[string]any) bool { return fields["notifyType"] == "REFUND_RESULT" }) != nil, "")

	consult, consultBody := pay.NewAlipayPayConsultRequest()
	consultBody.ProductCode = model.ProductCodeType_CASHIER_PAYMENT
	consultBody.PaymentAmount = krw("59000")
	consultBody.UserRegion = "CN"
	consultBody.Env = &model.Env{TerminalType: model.TerminalType_WEB}
	_, fields = execute[responsePay.AlipayPayConsultResponse](sdk, consult)
	check("consult", code(fields) == "S SUCCESS" && fields["paymentOptions"] != nil, fields)

	rates, ratesBody := pay.NewAlipayInquireExchangeRateRequest()
	ratesBody.BuyCurrency = "KRW"
	ratesBody.SellCurrency = "CNY"
	_, fields = execute[responsePay.AlipayInquireExchangeRateResponse](sdk, rates)
	check("inquireExchangeRate", code(fields) == "S SUCCESS" && fields["quotes"] != nil, fields)

	session, sessionBody := pay.NewAlipayPaymentSessionRequest()
	sessionBody.ProductCode = model.ProductCodeType_CASHIER_PAYMENT
	sessionBody.PaymentRequestId = "go-session-" + run
	sessionBody.Order = newOrder()
	sessionBody.PaymentAmount = krw("59000")
	sessionBody.PaymentRedirectUrl = "https://mall.example/return"
	_, fields = execute[responsePay.AlipayPaymentSessionResponse](sdk, session)
	check("createPaymentSession", code(fields) == "S SUCCESS" && fields["paymentSessionData"] != nil, fields)

	execute[responsePay.AlipayPayResponse](sdk, newPay("go-cancel-"+run, "59000"))
	newCancel := func() *request.AlipayRequest {
		cancel, cancelBody := pay.NewAlipayPayCancelRequest()
		cancelBody.PaymentRequestId = "go-cancel-" + run
		return cancel
	}
	_, fields = execute[responsePay.AlipayPayCancelResponse](sdk, newCancel())
	check("cancel", code(fields) == "S SUCCESS", fields)
	_, again = execute[responsePay.AlipayPayCancelResponse](sdk, newCancel())
	check("cancel again is the same", same(fields, again), again)
	_, fields = execute[responsePay.AlipayPayQueryResponse](sdk, newQuery("", "go-cancel-"+run))
	check("inquiry CANCELLED", fields["paymentStatus"] == "CANCELLED", fields)
	_, fields = execute[responsePay.AlipayPayQueryResponse](sdk, newQuery("", "go-none-"+run))
	check("unknown payment", code(fields) == "F ORDER_NOT_EXIST", fields)

	_, fields = execute[responsePay.AlipayPayResponse](client(settings.OtherPrivateKey), newPay("go-forged-"+run, "59000"))
	check("a bad signature", code(fields) == "F INVALID_SIGNATURE", fields)
}
