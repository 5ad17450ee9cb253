# Listeners of Elastic Load Balancing, and what they do with a request.
package lib.listeners

# The actions send the client to HTTPS. A redirect that names no protocol stays with that of the request.
redirects_to_https(actions) if {
	some action in actions
	action.Type == "redirect"
	upper(action.RedirectConfig.Protocol) == "HTTPS"
	action.RedirectConfig.StatusCode in {"HTTP_301", "HTTP_302"}
}
