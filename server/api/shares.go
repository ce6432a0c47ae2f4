package api

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"safelight/server/rules"
	"safelight/server/wire"
)

// write answers with a body that is there as a whole.
func write(c *gin.Context, status int, mediaType string, body []byte) {
	h := c.Writer.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Writer.WriteHeader(status)
	c.Writer.Write(body) // the client is gone if this fails
}

// reply answers with a message of the share protocol, or with what went wrong.
func (s *server) reply(c *gin.Context, op string, m wire.Message, err error) {
	if err != nil {
		s.fail(c, op, err)
		return
	}
	body, err := wire.Encode(m)
	if err != nil {
		s.fail(c, op, err)
		return
	}
	write(c, http.StatusOK, wire.MediaType, body)
}

// shareID reads the id in the path; its one spelling, or malformed.
func shareID(c *gin.Context) (rules.ID, error) {
	id, err := rules.ParseID(c.Param("id"))
	if err != nil {
		return id, refuse(wire.CodeMalformed, err.Error())
	}
	return id, nil
}

// body reads a body of at most most bytes.
func body(c *gin.Context, most int64) ([]byte, error) {
	if c.Request.ContentLength > most {
		return nil, refuse(wire.CodeLarge, "the body is longer than this request may be")
	}
	b, err := io.ReadAll(http.MaxBytesReader(unwrap(c), c.Request.Body, most))
	if err != nil {
		return nil, bodyError(err)
	}
	begin(c)
	return b, nil
}

// message reads id and body, of at most most bytes, of a request of the share protocol.
func message(c *gin.Context, m wire.Message, most int64) (rules.ID, error) {
	id, err := shareID(c)
	if err != nil {
		return id, err
	}
	b, err := body(c, most)
	if err != nil {
		return id, err
	}
	if err := wire.Decode(m, b); err != nil {
		return id, refuse(wire.CodeMalformed, err.Error())
	}
	return id, nil
}

func (s *server) challenge(c *gin.Context) {
	id, err := shareID(c)
	if err == nil {
		_, err = body(c, 0)
	}
	if err != nil {
		s.fail(c, "challenge", err)
		return
	}
	m, err := s.Shares.Challenge(c.Request.Context(), id)
	s.reply(c, "challenge", m, err)
}

// ownerTime is how long the body of an owner request may take: a manifest and locks of the largest kind need two minutes
// over a very slow connection.
const ownerTime = 5 * time.Minute

func (s *server) owner(c *gin.Context) {
	id, err := shareID(c)
	if err != nil {
		s.fail(c, "owner", err)
		return
	}
	patience(c, ownerTime, 2*ownerTime)
	b, err := s.ownerBody(c)
	if err != nil {
		s.fail(c, "owner", err)
		return
	}
	m, err := s.Shares.Owner(c.Request.Context(), id, b, s.admission(c.Request))
	s.reply(c, "owner", m, err)
}

func (s *server) open(c *gin.Context) {
	var q wire.OpenRequest
	id, err := message(c, &q, wire.MaxBody)
	if err != nil {
		s.fail(c, "open", err)
		return
	}
	m, err := s.Shares.Open(c.Request.Context(), id, &q, s.often(s.Opens, c.Request, id[:]...))
	s.reply(c, "open", m, err)
}

func (s *server) guess(c *gin.Context) {
	var q wire.GuessRequest
	id, err := message(c, &q, wire.MaxBody)
	if err != nil {
		s.fail(c, "guess", err)
		return
	}
	m, err := s.Shares.Guess(c.Request.Context(), id, &q)
	s.reply(c, "guess", m, err)
}

func (s *server) take(c *gin.Context) {
	var q wire.TakeRequest
	id, err := message(c, &q, wire.MaxBody)
	if err != nil {
		s.fail(c, "take", err)
		return
	}
	m, err := s.Shares.Take(c.Request.Context(), id, &q)
	s.reply(c, "take", m, err)
}
