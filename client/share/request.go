package share

import (
	"fmt"

	"github.com/tinylib/msgp/msgp"

	"safelight/crypto/keys"
	"safelight/crypto/statement"
)

// CreateRequest returns the body that announces a share: POST …/owner. expires is what the owner intends, in Unix
// milliseconds of any clock that is about right; the signed statement reckons from the server's.
func CreateRequest(o keys.Owner, expires uint64) ([]byte, error) {
	return request(o, statement.ActionCreate, nil, 0, &statement.CreateArgs{
		Owner:    o.Public(),
		ReadHash: o.View().ReadToken().Hash(),
		Expires:  expires,
	})
}

// UploadRequest returns the body that asks for one more upload. freshness comes from POST …/challenge, at most five
// minutes ago.
func UploadRequest(s statement.Signer, freshness []byte) ([]byte, error) {
	return plainRequest(s, statement.ActionUpload, freshness)
}

// StateRequest returns the body that asks for everything the server has of a share; freshness as for UploadRequest.
func StateRequest(s statement.Signer, freshness []byte) ([]byte, error) {
	return plainRequest(s, statement.ActionState, freshness)
}

// DeleteRequest returns the body that deletes a share, committed or not; freshness as for UploadRequest.
func DeleteRequest(s statement.Signer, freshness []byte) ([]byte, error) {
	return plainRequest(s, statement.ActionDelete, freshness)
}

func plainRequest(s statement.Signer, action statement.Action, freshness []byte) ([]byte, error) {
	if len(freshness) != statement.FreshnessSize {
		return nil, fmt.Errorf("request: freshness has %d bytes, want %d", len(freshness), statement.FreshnessSize)
	}
	r, err := statement.NewRequest(s.Public().ID(), action, freshness, 0, nil)
	if err != nil {
		return nil, err
	}
	return r.Seal(s)
}

// commitRequest signs a statement and the request that carries it. fresh is the upload id of the last new bundle, nil
// when there is none.
func commitRequest(o keys.Owner, action statement.Action, fresh *statement.UploadID, s *statement.Statement, args statement.CommitArgs) ([]byte, error) {
	if err := s.CheckRules(); err != nil {
		return nil, err
	}
	doc, err := s.Append(nil)
	if err != nil {
		return nil, err
	}
	args.Statement, args.Signature = doc, o.Sign(statement.TypeStatement, doc)
	var freshness []byte
	if fresh != nil {
		freshness = fresh[:]
	}
	return request(o, action, freshness, s.Revision, &args)
}

func request(o keys.Owner, action statement.Action, freshness []byte, revision uint64, args msgp.Marshaler) ([]byte, error) {
	r, err := statement.NewRequest(o.ID(), action, freshness, revision, args)
	if err != nil {
		return nil, err
	}
	return r.Seal(o)
}
