package lib.workloads_test

import data.lib.workloads

pods := {
	"v1/Pod": [{"containers": [{"name": "a"}]}, "/spec"],
	"apps/v1/Deployment": [{"template": {"spec": {"containers": [{"name": "a"}]}}}, "/spec/template/spec"],
	"batch/v1/CronJob": [
		{"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}}},
		"/spec/jobTemplate/spec/template/spec",
	],
}

test_the_pod_is_found_in_every_kind if {
	found := {type |
		some type, [spec, at] in pods
		workloads.pod.containers[0].name == "a" with input as {"type": type, "properties": {"spec": spec}}
		workloads.at == at with input as {"type": type, "properties": {"spec": spec}}
	}
	found == object.keys(pods)
}

test_a_patch_has_no_pod if {
	not workloads.pod with input as {"type": "apps/v1/Deployment", "properties": {"spec": {"replicas": 2}}}
}

test_a_container_overrides_its_pod if {
	resource := {"type": "v1/Pod", "properties": {"spec": {"securityContext": {"runAsNonRoot": true}}}}
	workloads.effective({}, "runAsNonRoot") == true with input as resource
	workloads.effective({"securityContext": {"runAsNonRoot": false}}, "runAsNonRoot") == false with input as resource
	workloads.effective({"securityContext": {"runAsNonRoot": null}}, "runAsNonRoot") == true with input as resource
	not workloads.effective({}, "seccompProfile") with input as resource
}

test_selectors_choose_by_labels if {
	workloads.selects({}, {"app": "web"})
	workloads.selects({"matchLabels": {"app": "web"}}, {"app": "web", "tier": "front"})
	not workloads.selects({"matchLabels": {"app": "web", "tier": "back"}}, {"app": "web"})
}

test_selectors_choose_by_expressions if {
	labels := {"app": "web"}
	workloads.selects({"matchExpressions": [{"key": "app", "operator": "In", "values": ["api", "web"]}]}, labels)
	not workloads.selects({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, labels)
	workloads.selects({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["back"]}]}, labels)
	workloads.selects({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, labels)
	not workloads.selects({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, labels)
}

test_an_autoscaler_says_the_least_replicas if {
	workload := {"type": "apps/v1/Deployment", "properties": {"metadata": {"name": "web"}, "spec": {"replicas": 1}}}
	scaler := {"properties": {
		"metadata": {"name": "web"},
		"spec": {"minReplicas": 2, "scaleTargetRef": {"kind": "Deployment", "name": "web"}},
	}}
	workloads.least_replicas(workload) == 1 with data.resources as {}
	workloads.least_replicas(workload) == 2 with data.resources as {"autoscaling/v2/HorizontalPodAutoscaler": {"default/web": scaler}}
	elsewhere := object.union(scaler, {"properties": {"metadata": {"namespace": "other"}}})
	workloads.least_replicas(workload) == 1 with data.resources as {"autoscaling/v2/HorizontalPodAutoscaler": {"other/web": elsewhere}}
}
