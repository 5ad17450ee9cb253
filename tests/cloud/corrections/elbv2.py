"""Elastic Load Balancing: load balancers of the second generation."""

from moto.elbv2.models import elbv2_backends

from corrections.registry import amended, correction

# The attributes of each type of load balancer with their defaults:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
EVERY = {"deletion_protection.enabled": "false", "load_balancing.cross_zone.enabled": "false"}
LOGS = {"access_logs.s3.enabled": "false", "access_logs.s3.bucket": "", "access_logs.s3.prefix": ""}
LOGS |= {"ipv6.deny_all_igw_traffic": "false", "zonal_shift.config.enabled": "false"}
APPLICATION = {
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.prefix": "",
    "health_check_logs.s3.bucket": "",
    "health_check_logs.s3.enabled": "false",
    "health_check_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
}
NETWORK = {"dns_record.client_routing_policy": "any_availability_zone", "secondary_ips.auto_assigned.per_subnet": "0"}
DEFAULTS = {"application": EVERY | LOGS | APPLICATION, "network": EVERY | LOGS | NETWORK, "gateway": EVERY}


@correction("elbv2", "DescribeLoadBalancerAttributes")
def attributes(call, onward):
    """moto tells few of the attributes."""
    balancer = elbv2_backends[call.account][call.region].load_balancers.get(call.parameters()["LoadBalancerArn"])

    def amend(result):
        known = DEFAULTS[balancer.type]
        told = {each["Key"]: each.get("Value", "") for each in result["Attributes"]}
        values = known | {key: value for key, value in told.items() if key in known}
        if balancer.type == "application":
            values["load_balancing.cross_zone.enabled"] = "true"
        result["Attributes"] = [{"Key": key, "Value": value} for key, value in values.items()]

    return amended(call, onward(call), amend)


def complete(action):
    """An action as AWS answers it: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html"""
    if "RedirectConfig" in action:
        action["RedirectConfig"] = {"Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"} | action["RedirectConfig"]
    if action["Type"] == "forward" and "TargetGroupArn" in action:
        groups = {"TargetGroups": [{"TargetGroupArn": action["TargetGroupArn"], "Weight": 1}]}
        action["ForwardConfig"] = groups | {"TargetGroupStickinessConfig": {"Enabled": False}} | action.get("ForwardConfig", {})


@correction("elbv2", "DescribeListeners")
def listeners(call, onward):
    """moto leaves out the defaults of an action, and has a security policy for listeners without TLS
    (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Listener.html)."""

    def amend(result):
        for listener in result["Listeners"]:
            if listener["Protocol"] not in ("HTTPS", "TLS"):
                listener.pop("SslPolicy", None)
            for action in listener["DefaultActions"]:
                complete(action)

    return amended(call, onward(call), amend)


@correction("elbv2", "DescribeRules")
def rules(call, onward):
    """As for the listeners."""

    def amend(result):
        for action in (action for rule in result["Rules"] for action in rule["Actions"]):
            complete(action)

    return amended(call, onward(call), amend)
