module tongbao/auditlog

go 1.22.5

require golang.org/x/mod v0.22.0
