module tongbao/conformance

go 1.22.5

require github.com/alipay/global-open-sdk-go v1.3.5

require github.com/google/uuid v1.6.0 // indirect
