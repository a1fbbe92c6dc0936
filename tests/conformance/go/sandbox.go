// The client's surroundings: its settings, the lines that it prints, the shop's notification address, the shopper.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

type fields = map[string]any

type settings struct {
	HTTP              string `json:"http"`
	OtherPrivateKey   string `json:"otherPrivateKey"`
	StrangerPublicKey string `json:"strangerPublicKey"`
	MidKrwPerCny      string `json:"midKrwPerCny"`
	Merchant          struct {
		ClientId           string `json:"clientId"`
		MerchantPrivateKey string `json:"merchantPrivateKey"`
		GatewayPublicKey   string `json:"gatewayPublicKey"`
	} `json:"merchant"`
}

func readSettings(file string) (settings, error) {
	var read settings
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	return read, err
}

func check(name string, condition bool, why any) {
	if condition {
		fmt.Println("ok " + name)
		return
	}
	text, _ := json.Marshal(why)
	fmt.Printf("not ok %s - %.600s\n", name, text)
}

func skip(name, why string) { fmt.Printf("skip %s - %s\n", name, why) }

var http15 = &http.Client{Timeout: 15 * time.Second}

// get and post ask the sandbox's own interface, which is no part of the SDK.
func (to settings) get(path string, answer any) error {
	response, err := http15.Get(to.HTTP + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(answer)
}

func (to settings) post(path string, body any, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	response, err := http15.Post(to.HTTP+path, "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(answer)
}

// eventually asks again and again, for 15 seconds, for something that happens soon; nil when it does not.
func eventually[Found any](find func() *Found) *Found {
	for tries := 0; tries < 150; tries++ {
		if found := find(); found != nil {
			return found
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil
}

// received is one notification as it came in.
type received struct {
	Path    string
	Headers http.Header
	Body    string
	Fields  fields
}

// inbox is the shop's notification address: it keeps what arrives and acknowledges it.
type inbox struct {
	url   string
	mutex sync.Mutex
	items []*received
}

func openInbox() (*inbox, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	box := &inbox{url: "http://" + listener.Addr().String() + "/notify/go"}
	go func() { _ = http.Serve(listener, box) }()
	return box, nil
}

func (box *inbox) ServeHTTP(writer http.ResponseWriter, asked *http.Request) {
	body, _ := io.ReadAll(asked.Body)
	item := &received{asked.URL.Path, asked.Header, string(body), fields{}}
	_ = json.Unmarshal(body, &item.Fields)
	box.mutex.Lock()
	box.items = append(box.items, item)
	box.mutex.Unlock()
	writer.Header().Set("Content-Type", "application/json")
	_, _ = writer.Write([]byte(`{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}`))
}

// wait answers the first notification of this type whose field has this value; nil when none comes.
func (box *inbox) wait(notifyType, field, value string) *received {
	return eventually(func() *received {
		box.mutex.Lock()
		defer box.mutex.Unlock()
		for _, item := range box.items {
			if item.Fields["notifyType"] == notifyType && item.Fields[field] == value {
				return item
			}
		}
		return nil
	})
}
