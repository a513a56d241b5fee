package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

const (
	benchRegion  = "us-east-1"
	benchAccount = "111122223333"
	rootKeyID    = "AKIABENCHROOTKEY0001"
	rootSecret   = "bench-root-secret-access-key-0123456789"
)

var versions = map[string]string{"iam": "2010-05-08", "sts": "2011-06-15"}

// request makes a signed request of a query service.
func request(endpoint, service, action string, parameters url.Values, c sigv4.Credentials) (*http.Request, []byte, error) {
	if parameters == nil {
		parameters = url.Values{}
	}
	parameters.Set("Action", action)
	parameters.Set("Version", versions[service])
	body := []byte(parameters.Encode())
	r, err := http.NewRequest(http.MethodPost, endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("User-Agent", "aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0-amd64 source/x86_64.debian.12 prompt/off command/"+service)
	sum := sha256.Sum256(body)
	signer := sigv4.Signer{Region: benchRegion, Service: service}
	return r, body, signer.Sign(r, c, hex.EncodeToString(sum[:]), time.Now())
}

// call makes a call and returns the answer's body.
func call(endpoint, service, action string, parameters url.Values, c sigv4.Credentials) (string, error) {
	r, _, err := request(endpoint, service, action, parameters, c)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", action, answer.Status, text)
	}
	return string(text), err
}

// credentialsIn reads the credentials of a CreateAccessKey or AssumeRole answer.
func credentialsIn(text string) (sigv4.Credentials, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	found := map[string]string{}
	var element string
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return sigv4.Credentials{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			element = t.Name.Local
		case xml.EndElement:
			element = ""
		case xml.CharData:
			if element != "" {
				found[element] = string(t)
			}
		}
	}
	c := sigv4.Credentials{AccessKeyID: found["AccessKeyId"], SecretAccessKey: found["SecretAccessKey"], SessionToken: found["SessionToken"]}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return c, fmt.Errorf("no credentials in %s", text)
	}
	return c, nil
}
