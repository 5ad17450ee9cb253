package lib.listeners_test

import data.lib.listeners

test_redirect if {
	listeners.redirects_to_https([{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}])
	listeners.redirects_to_https([{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_302"}}])
}

test_no_redirect if {
	not listeners.redirects_to_https([{"Type": "forward", "TargetGroupArn": "arn"}])
	not listeners.redirects_to_https([{"Type": "redirect", "RedirectConfig": {"Host": "example.com", "StatusCode": "HTTP_301"}}])
	not listeners.redirects_to_https([{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTP", "StatusCode": "HTTP_301"}}])
	not listeners.redirects_to_https([{"Type": "redirect", "RedirectConfig": {"Protocol": "#{protocol}", "StatusCode": "HTTP_301"}}])
	not listeners.redirects_to_https([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}])
	not listeners.redirects_to_https([])
}
