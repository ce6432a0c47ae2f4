package api

import (
	"github.com/gin-gonic/gin"

	"safelight/server/wire"
)

func (s *server) knock(c *gin.Context) {
	var q wire.KnockRequest
	id, err := message(c, &q, wire.MaxBody)
	if err != nil {
		s.fail(c, "knock", err)
		return
	}
	m, err := s.Shares.Knock(c.Request.Context(), id, &q, s.often(s.Knocks, c.Request))
	s.reply(c, "knock", m, err)
}

func (s *server) reveal(c *gin.Context) {
	var q wire.RevealRequest
	id, err := message(c, &q, wire.MaxBody)
	if err != nil {
		s.fail(c, "reveal", err)
		return
	}
	m, err := s.Shares.Reveal(c.Request.Context(), id, &q)
	s.reply(c, "reveal", m, err)
}

func (s *server) openMailbox(c *gin.Context) {
	var q wire.MailboxOpenRequest
	id, err := message(c, &q, wire.MaxBody)
	if err != nil {
		s.fail(c, "open mailbox", err)
		return
	}
	m, err := s.Shares.OpenMailbox(c.Request.Context(), id, &q)
	s.reply(c, "open mailbox", m, err)
}

func (s *server) post(c *gin.Context) {
	var q wire.PostRequest
	id, err := message(c, &q, wire.MaxPostBody)
	if err != nil {
		s.fail(c, "post", err)
		return
	}
	m, err := s.Shares.Post(c.Request.Context(), id, &q, s.often(s.Posts, c.Request))
	s.reply(c, "post", m, err)
}
