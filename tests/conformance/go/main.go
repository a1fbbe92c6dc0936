// The official Go SDK, unmodified, against a running sandbox: `client CONFIG.json` prints a line a check.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	defaultAlipayClient "github.com/alipay/global-open-sdk-go/com/alipay/api"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/model"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/request"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/request/notify"
	responsePay "github.com/alipay/global-open-sdk-go/com/alipay/api/response/pay"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/tools"
)

type client = defaultAlipayClient.DefaultAlipayClient

var (
	sandbox settings
	sdk     *client
	box     *inbox
	run     = strconv.FormatInt(time.Now().UnixNano(), 36)
	payId   = "go-pay-" + run

	paymentId string
	paid      *responsePay.AlipayPayQueryResponse
)

// ask sends a request and answers the SDK's typed response. It panics with the SDK's error: a group that cannot go on
// ends there, and the runner finds out what it left unchecked.
func ask[Response any](through *client, asked *request.AlipayRequest) *Response {
	answer, err := through.Execute(asked)
	if err != nil {
		panic(err)
	}
	return answer.(*Response)
}

func askPay(id, value, quoteId string) *responsePay.AlipayPayResponse {
	return ask[responsePay.AlipayPayResponse](sdk, newPay(id, value, box.url, quoteId))
}

func askInquiry(paymentId, requestId string) *responsePay.AlipayPayQueryResponse {
	return ask[responsePay.AlipayPayQueryResponse](sdk, newInquiry(paymentId, requestId))
}

func askRefund(id, value string) *responsePay.AlipayRefundResponse {
	return ask[responsePay.AlipayRefundResponse](sdk, newRefund(paymentId, id, value, box.url))
}

func code(result *model.Result) string {
	if result == nil {
		return "no result"
	}
	return string(result.ResultStatus) + " " + result.ResultCode
}

func same(left, right any) bool {
	one, _ := json.Marshal(left)
	other, _ := json.Marshal(right)
	return bytes.Equal(one, other)
}

func payAndApprove() {
	first := askPay(payId, "59000", "")
	paymentId = first.PaymentId
	check("pay", code(first.Result) == "U PAYMENT_IN_PROCESS" && strings.HasPrefix(first.NormalUrl, "http") && paymentId != "", first)
	check("pay again is the same", same(askPay(payId, "59000", ""), first), first)
	other := askPay(payId, "58000", "")
	check("pay with another amount is refused", code(other.Result) == "F REPEAT_REQ_INCONSISTENT", other)
	waiting := askInquiry(paymentId, "")
	check("inquiry while open", waiting.PaymentStatus == model.TransactionStatusType_PROCESSING, waiting)
	check("inquiry while open again is the same", same(askInquiry(paymentId, ""), waiting), waiting)
	approved := fields{}
	if err := sandbox.post("/sandbox/pay", fields{"paymentId": paymentId, "decision": "approve"}, &approved); err != nil {
		panic(err)
	}
	check("the shopper approves", approved["status"] == "paid", approved)
	paid = askInquiry("", payId)
	succeeded := paid.PaymentStatus == model.TransactionStatusType_SUCCESS && paid.PaymentResultCode == "SUCCESS"
	check("inquiry says SUCCESS", succeeded && paid.PaymentId == paymentId, paid)
	check("inquiry again is the same", same(askInquiry("", payId), paid), paid)
	after := askPay(payId, "59000", "")
	check("pay after success", code(after.Result) == "S SUCCESS" && after.PaymentId == paymentId, after)
}

func amounts() {
	quote := paid.PaymentQuote
	// The SDK itself reads a price as float32; what it loses is less than a tenth of a fen here.
	price := float64(quote.QuotePrice)
	actual, err := strconv.ParseInt(paid.ActualPaymentAmount.Value, 10, 64)
	explained := err == nil && quote.QuoteCurrencyPair == "KRW/CNY" && math.Abs(price*5_900_000-float64(actual)) <= 1
	check("the quote explains the yuan", explained && paid.ActualPaymentAmount.Currency == "CNY", paid)
	if sandbox.MidKrwPerCny == "" {
		skip("the rate is of that day", "the sandbox's clock has been moved away from its first day")
		return
	}
	perCny, err := strconv.ParseFloat(sandbox.MidKrwPerCny, 64)
	check("the rate is of that day", err == nil && price >= 1/perCny && price <= 1.02/perCny, quote)
}

func verified(item *received, body string) bool {
	valid, err := tools.CheckSignature(item.Path, "POST", item.Headers.Get("client-id"), item.Headers.Get("request-time"),
		body, item.Headers.Get("signature"), sandbox.Merchant.GatewayPublicKey)
	return err == nil && valid
}

func notification() {
	item := box.wait("PAYMENT_RESULT", "paymentId", paymentId)
	check("notifyPayment arrives", item != nil, "nothing came within 15 s")
	if item == nil {
		return
	}
	check("notifyPayment is verified by the SDK", verified(item, item.Body), item)
	var told notify.AlipayPayResultNotify
	err := json.Unmarshal([]byte(item.Body), &told)
	about := err == nil && told.PaymentId == paymentId && told.PaymentRequestId == payId && told.PaymentAmount.Value == "59000"
	check("notifyPayment is about this payment", about && told.Result.ResultCode == "SUCCESS", item)
	tampered := strings.Replace(item.Body, "59000", "1", 1)
	check("a tampered notification is refused", tampered != item.Body && !verified(item, tampered), item)
	attempts := eventually(attempts)
	once := attempts != nil && len(*attempts) == 1 && (*attempts)[0]
	check("notifyPayment is acknowledged and sent once", once, attempts)
}

// attempts says for every attempt to deliver this payment's result whether it was acknowledged; nil while there is none.
func attempts() *[]bool {
	var outbox struct {
		Notifications []struct {
			Kind     string `json:"kind"`
			Attempts []struct {
				Acknowledged bool `json:"acknowledged"`
			} `json:"attempts"`
		} `json:"notifications"`
	}
	if err := sandbox.get("/sandbox/outbox?paymentId="+paymentId, &outbox); err != nil {
		panic(err)
	}
	found := []bool{}
	for _, each := range outbox.Notifications {
		if each.Kind != "payment" {
			continue
		}
		for _, attempt := range each.Attempts {
			found = append(found, attempt.Acknowledged)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return &found
}

func refunds() {
	returned := int64(0)
	genuine := true
	for _, part := range [][2]string{{"20000", "20000"}, {"19000", "19000"}, {"the rest", "20000"}} {
		name, value := part[0], part[1]
		id := "go-refund-" + strings.ReplaceAll(name, " ", "-") + "-" + run
		made := askRefund(id, value)
		done := code(made.Result) == "S SUCCESS" && made.RefundAmount != nil && made.RefundAmount.Value == value && made.RefundId != ""
		check("refund "+name, done, made)
		check("refund "+name+" again is the same", same(askRefund(id, value), made), made)
		asked := ask[responsePay.AlipayInquiryRefundResponse](sdk, newRefundInquiry(id))
		found := asked.RefundStatus == model.TransactionStatusType_SUCCESS && asked.RefundId == made.RefundId
		check("inquiryRefund "+name, found, asked)
		again := ask[responsePay.AlipayInquiryRefundResponse](sdk, newRefundInquiry(id))
		check("inquiryRefund "+name+" again is the same", same(again, asked), again)
		if made.ActualRefundAmount != nil {
			fen, _ := strconv.ParseInt(made.ActualRefundAmount.Value, 10, 64)
			returned += fen
		}
		item := box.wait("REFUND_RESULT", "refundRequestId", id)
		genuine = genuine && item != nil && verified(item, item.Body)
	}
	actual := paid.ActualPaymentAmount.Value
	check("refunds return exactly the yuan paid", strconv.FormatInt(returned, 10) == actual, []any{returned, actual})
	beyond := askRefund("go-refund-beyond-"+run, "1")
	check("refund beyond the rest is refused", code(beyond.Result) == "F REFUND_AMOUNT_EXCEED", beyond)
	check("refund beyond the rest again is the same", same(askRefund("go-refund-beyond-"+run, "1"), beyond), beyond)
	other := askRefund("go-refund-20000-"+run, "2")
	check("refund with another amount is refused", code(other.Result) == "F REPEAT_REQ_INCONSISTENT", other)
	asked := askInquiry("", payId)
	values := []string{}
	for _, each := range asked.Transactions {
		values = append(values, each.TransactionAmount.Value)
	}
	slices.Sort(values)
	listed := asked.PaymentStatus == model.TransactionStatusType_SUCCESS && slices.Equal(values, []string{"19000", "20000", "20000"})
	check("inquiry lists the refunds", listed, values)
	check("notifyRefund is verified by the SDK", genuine, "one of the three did not come, or did not verify")
}

func offers() {
	offered := ask[responsePay.AlipayPayConsultResponse](sdk, newConsult())
	enabled := slices.ContainsFunc(offered.PaymentOptions, func(option *model.PaymentOption) bool { return option.Enabled })
	check("consult", code(offered.Result) == "S SUCCESS" && enabled, offered)
	check("consult again is the same", same(ask[responsePay.AlipayPayConsultResponse](sdk, newConsult()), offered), offered)
	id := "go-session-" + run
	opened := ask[responsePay.AlipayPaymentSessionResponse](sdk, newSession(id, box.url))
	usable := opened.PaymentSessionData != "" && opened.PaymentSessionId != "" && strings.HasPrefix(opened.NormalUrl, "http")
	check("createPaymentSession", code(opened.Result) == "S SUCCESS" && usable, opened)
	again := ask[responsePay.AlipayPaymentSessionResponse](sdk, newSession(id, box.url))
	check("createPaymentSession again is the same", same(again, opened), again)
	rates := ask[responsePay.AlipayInquireExchangeRateResponse](sdk, newRates())
	quoted := code(rates.Result) == "S SUCCESS" && len(rates.Quotes) > 0 && rates.Quotes[0].QuoteCurrencyPair == "KRW/CNY"
	check("inquireExchangeRate", quoted && len(rates.PaymentQuotes) > 0, rates)
	next := ask[responsePay.AlipayInquireExchangeRateResponse](sdk, newRates())
	price := rates.Quotes[0].QuotePrice
	check("inquireExchangeRate again is the same", len(next.Quotes) > 0 && next.Quotes[0].QuotePrice == price, next)
	quoteId := rates.PaymentQuotes[0].QuoteId
	payment := askPay("go-quoted-"+run, "59000", quoteId)
	used := payment.PaymentQuote != nil && payment.PaymentQuote.QuoteId == quoteId && payment.PaymentQuote.QuotePrice == price
	check("pay with an inquired quote", code(payment.Result) == "U PAYMENT_IN_PROCESS" && used, payment)
}

func cancels() {
	id := "go-cancel-" + run
	askPay(id, "59000", "")
	cancelled := ask[responsePay.AlipayPayCancelResponse](sdk, newCancel(id))
	done := code(cancelled.Result) == "S SUCCESS" && cancelled.PaymentRequestId == id && cancelled.CancelTime != ""
	check("cancel", done, cancelled)
	check("cancel again is the same", same(ask[responsePay.AlipayPayCancelResponse](sdk, newCancel(id)), cancelled), cancelled)
	asked := askInquiry("", id)
	check("inquiry says CANCELLED", asked.PaymentStatus == model.TransactionStatusType_CANCELLED, asked)
	after := askPay(id, "59000", "")
	check("pay after cancel", code(after.Result) == "F ORDER_IS_CANCELED", after)
}

func refusals() {
	unknown := askInquiry("", "go-none-"+run)
	check("unknown payment", code(unknown.Result) == "F ORDER_NOT_EXIST", unknown)
	id := "go-forged-" + run
	forger := newClient(sandbox.OtherPrivateKey, sandbox.Merchant.GatewayPublicKey)
	forged := ask[responsePay.AlipayPayResponse](forger, newPay(id, "59000", box.url, ""))
	check("a bad signature is refused", code(forged.Result) == "F INVALID_SIGNATURE", forged)
	asked := askInquiry("", id)
	check("nothing came of a bad signature", code(asked.Result) == "F ORDER_NOT_EXIST", asked)
	_, err := newClient(sandbox.Merchant.MerchantPrivateKey, sandbox.StrangerPublicKey).Execute(newInquiry("", id))
	refused := err != nil && strings.Contains(err.Error(), "signature")
	check("an answer that the gateway did not sign is refused", refused, fmt.Sprint(err))
}

func newClient(privateKey, gatewayKey string) *client {
	return defaultAlipayClient.NewDefaultAlipayClient(sandbox.HTTP, sandbox.Merchant.ClientId, privateKey, gatewayKey)
}

// survived runs a group of checks and says whether it came to its end; the other groups are still worth making.
func survived(group func()) (ended bool) {
	defer func() {
		if reason := recover(); reason != nil {
			fmt.Printf("%v\n%s\n", reason, debug.Stack())
		}
	}()
	group()
	return true
}

func main() {
	var err error
	if sandbox, err = readSettings(os.Args[1]); err == nil {
		box, err = openInbox()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sdk = newClient(sandbox.Merchant.MerchantPrivateKey, sandbox.Merchant.GatewayPublicKey)
	status := 0
	for _, group := range []func(){payAndApprove, amounts, notification, refunds, offers, cancels, refusals} {
		if !survived(group) {
			status = 1
		}
	}
	os.Exit(status)
}
