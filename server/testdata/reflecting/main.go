// Command reflecting binds a request the way that a server must not: it is the control of the linker's test.
package main

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

func main() {
	r := gin.New()
	r.POST("/", func(c *gin.Context) {
		var v struct{ Name string }
		if c.ShouldBindJSON(&v) == nil {
			c.Status(http.StatusOK)
		}
	})
	http.ListenAndServe("127.0.0.1:0", r)
}
