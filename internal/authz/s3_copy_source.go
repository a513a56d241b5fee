package authz

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// Source is the object that a copy reads.
type Source struct {
	Bucket, Key string
	VersionID   *string // nil: the current one
}

// CopySource reads x-amz-copy-source: bucket/key, URL-encoded, with or without a slash
// before it, and ?versionId= behind it [API_CopyObject]. A key is one that a path could
// have. Access points are not here.
func CopySource(header string) (Source, error) {
	path, query, versioned := strings.Cut(header, "?")
	var s Source
	if versioned {
		text, ok := strings.CutPrefix(query, "versionId=")
		id, err := url.QueryUnescape(text)
		if !ok || err != nil || id == "" || strings.Contains(text, "&") {
			return Source{}, badCopySource()
		}
		s.VersionID = &id
	}
	path, err := url.PathUnescape(path)
	if err != nil {
		return Source{}, badCopySource()
	}
	if strings.HasPrefix(path, "arn:") {
		return Source{}, &api.Error{Code: "NotImplemented", Status: http.StatusNotImplemented, Message: "Copying from an access point is not implemented."}
	}
	var ok bool
	if s.Bucket, s.Key, ok = strings.Cut(strings.TrimPrefix(path, "/"), "/"); !ok || s.Bucket == "" || s.Key == "" {
		return Source{}, badCopySource()
	}
	if err := api.CheckKey(s.Key); err != nil {
		return Source{}, err
	}
	return s, nil
}

func badCopySource() *api.Error {
	return api.Errorf(http.StatusBadRequest, "InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
}
