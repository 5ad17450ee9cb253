# Workloads: the pods that Kubernetes objects run, wherever these keep the specification of the pod, and the containers of these pods.
package lib.workloads

import data.lib.objects

# The specification of the pod; undefined where the object has none, as a patch may.
pod := input.properties.spec if input.type == "v1/Pod"

pod := input.properties.spec.jobTemplate.spec.template.spec if input.type == "batch/v1/CronJob"

pod := input.properties.spec.template.spec if is_templated

# Where the specification is.
at := "/spec" if input.type == "v1/Pod"

at := "/spec/jobTemplate/spec/template/spec" if input.type == "batch/v1/CronJob"

at := "/spec/template/spec" if is_templated

is_templated if not input.type in {"v1/Pod", "batch/v1/CronJob"}

# The annotations of the pod.
annotations := input.properties.metadata.annotations if input.type == "v1/Pod"

annotations := input.properties.spec.jobTemplate.spec.template.metadata.annotations if input.type == "batch/v1/CronJob"

annotations := input.properties.spec.template.metadata.annotations if is_templated

# The lists of containers in the specification.
containers := {"containers", "initContainers", "ephemeralContainers"}

words := {"containers": "container", "initContainers": "init container", "ephemeralContainers": "ephemeral container"}

# The interpreter does not see rules of another module from within a function, so that this is one of its own.
subject := objects.subject

# A container in words.
described(kind, container) := sprintf("%s `%s` of %s", [words[kind], object.get(container, "name", ""), subject])

# The pointer to a part of a container.
pointer(kind, index, part) := sprintf("%s/%s/%d%s", [at, kind, index, part])

# The pod runs on Windows, which knows nothing of Linux' security contexts.
is_windows if pod.os.name == "windows"

# The field of the container's security context is set.
has_own(container, field) if {
	value := container.securityContext[field]
	value != null
}

# The value of the field that holds for the container: its own, or that of the pod.
effective(container, field) := value if {
	value := container.securityContext[field]
	value != null
}

effective(container, field) := pod.securityContext[field] if not has_own(container, field)

# The selector chooses what has these labels.
selects(selector, labels) if {
	not fails_label(selector, labels)
	not fails_expression(selector, labels)
}

fails_label(selector, labels) if {
	some name, value in selector.matchLabels
	not labels[name] == value
}

fails_expression(selector, labels) if {
	some expression in selector.matchExpressions
	not holds(expression, labels)
}

holds(expression, labels) if {
	expression.operator == "In"
	labels[expression.key] in expression.values
}

holds(expression, labels) if {
	expression.operator == "NotIn"
	not labels[expression.key] in expression.values
}

holds(expression, labels) if {
	expression.operator == "Exists"
	labels[expression.key]
}

holds(expression, labels) if {
	expression.operator == "DoesNotExist"
	not labels[expression.key]
}

# The labels that a workload gives to its pods.
pod_labels(workload) := object.get(workload.properties.spec.template.metadata, "labels", {})

# The least number of pods to which an autoscaler scales the workload.
autoscaled(workload) := least if {
	some scaler in data.resources["autoscaling/v2/HorizontalPodAutoscaler"]
	objects.namespace(scaler) == objects.namespace(workload)
	scaler.properties.spec.scaleTargetRef.name == workload.properties.metadata.name
	scaler.properties.spec.scaleTargetRef.kind == objects.kind(workload)
	least := object.get(scaler.properties.spec, "minReplicas", 1)
}

# The least number of pods that a workload is to have.
least_replicas(workload) := autoscaled(workload)

least_replicas(workload) := object.get(workload.properties.spec, "replicas", 1) if not autoscaled(workload)
