package directory

import (
	"strings"
	"testing"
	"unsafe"
)

// TestAWSDocumentsKeepNoRequests: the ARN that a document is first asked for by may
// be a part of a request of a megabyte, which must not stay in memory for it.
func TestAWSDocumentsKeepNoRequests(t *testing.T) {
	const arn = "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"
	request := arn + strings.Repeat(" ", 1000)
	if awsDocument(request[:len(arn)]) == nil {
		t.Fatal("there is no such policy")
	}
	found := false
	awsDocuments.Range(func(key, _ any) bool {
		if key.(string) == arn {
			found = true
			if unsafe.StringData(key.(string)) == unsafe.StringData(request) {
				t.Error("the request is kept")
			}
		}
		return true
	})
	if !found || awsDocument(arn) != awsDocument(request[:len(arn)]) {
		t.Error("the document is not kept by its ARN")
	}
}
