"""Load balancers with their listeners, rules and target groups."""

PREFIX = "AWS::ElasticLoadBalancingV2"
BALANCER, LISTENER = f"{PREFIX}::LoadBalancer", f"{PREFIX}::Listener"
RULE, TARGETS = f"{PREFIX}::ListenerRule", f"{PREFIX}::TargetGroup"
MODERN, OUTDATED = "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08"


def load_balancers(place, network, certificates, logs):
    """Gives the sound one. The exposed one serves HTTP, the outdated one takes TLS 1.0, both without a log."""
    sound = sound_balancer(place, network, certificates["sound"], logs)
    exposed = balancer(place, "exposed", network.public, [network.groups["open-web"]])
    forward = forward_to(target_group(place, "exposed", network.vpc, "HTTP", 80))
    plain = listener(place, exposed, "HTTP", 80, forward)
    defects = ("access_logs_disabled", "invalid_headers_not_dropped", "listener_not_https")
    place.plant(BALANCER, exposed, *(f"elasticloadbalancingv2.{defect}" for defect in defects))
    place.plant(LISTENER, plain, "elasticloadbalancingv2.http_listener_without_redirect")
    group = network.groups["open-web"]
    place.plant("AWS::EC2::SecurityGroup", group, "ec2.load_balancer_security_group_not_https_only")
    outdated_balancer(place, network, certificates["expiring"])
    return sound


def sound_balancer(place, network, certificate, logs):
    client = place.client("elbv2")
    arn = balancer(place, "sound", network.public, [network.groups["web"]])
    attributes = {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": logs,
        "routing.http.drop_invalid_header_fields.enabled": "true",
    }
    pairs = [{"Key": name, "Value": value} for name, value in attributes.items()]
    client.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=pairs)
    forward = forward_to(target_group(place, "sound", network.vpc, "HTTP", 80))
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    listener(place, arn, "HTTP", 80, [{"Type": "redirect", "RedirectConfig": redirect}])
    tls = {"Certificates": [{"CertificateArn": certificate}], "SslPolicy": MODERN}
    https = listener(place, arn, "HTTPS", 443, forward, **tls)
    for priority, path in {10: "/shop/*", 20: "/mail/*"}.items():
        rule(place, https, priority, path, forward)
    return client.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]


def outdated_balancer(place, network, certificate):
    """A Network Load Balancer, which writes logs of its TLS listeners alone."""
    arn = balancer(place, "outdated", network.private, [], "network", "internal")
    forward = forward_to(target_group(place, "outdated", network.vpc, "TCP", 80))
    tls = {"Certificates": [{"CertificateArn": certificate}], "SslPolicy": OUTDATED}
    place.plant(BALANCER, arn, "elasticloadbalancingv2.access_logs_disabled")
    defect = "elasticloadbalancingv2.listener_outdated_tls_policy"
    place.plant(LISTENER, listener(place, arn, "TLS", 443, forward, **tls), defect)


def balancer(place, name, subnets, groups, kind="application", scheme="internet-facing"):
    settings = {"Name": name, "Type": kind, "Scheme": scheme}
    where = {"Subnets": subnets} | ({"SecurityGroups": groups} if groups else {})
    arn = place.client("elbv2").create_load_balancer(**settings, **where)["LoadBalancers"][0]["LoadBalancerArn"]
    place.make(BALANCER, arn, **settings, Subnets=sorted(subnets))
    return arn


def target_group(place, name, vpc, protocol, port):
    settings = {"Name": name, "Protocol": protocol, "Port": port, "VpcId": vpc, "TargetType": "ip"}
    arn = place.client("elbv2").create_target_group(**settings)["TargetGroups"][0]["TargetGroupArn"]
    place.make(TARGETS, arn, **settings)
    return arn


def forward_to(target_group_arn):
    return [{"Type": "forward", "TargetGroupArn": target_group_arn}]


def listener(place, load_balancer, protocol, port, actions, **settings):
    where = {"LoadBalancerArn": load_balancer, "Protocol": protocol, "Port": port}
    answer = place.client("elbv2").create_listener(DefaultActions=actions, **where, **settings)
    arn = answer["Listeners"][0]["ListenerArn"]
    place.make(LISTENER, arn, **where, **settings)
    return arn


def rule(place, listener_arn, priority, path, actions):
    conditions = [{"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}}]
    arn = place.client("elbv2").create_rule(
        ListenerArn=listener_arn, Priority=priority, Conditions=conditions, Actions=actions
    )["Rules"][0]["RuleArn"]
    place.make(RULE, arn, ListenerArn=listener_arn, Priority=priority, Conditions=conditions)
