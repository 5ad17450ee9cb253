package lib.objects_test

import data.lib.objects

test_the_kind_is_the_last_part_of_the_type if {
	objects.kind({"type": "networking.k8s.io/v1/Ingress"}) == "Ingress"
	objects.kind({"type": "v1/Pod"}) == "Pod"
}

test_an_object_is_named_by_kind_and_id if {
	objects.subject == "Deployment `shop/web`" with input as {"type": "apps/v1/Deployment", "id": "shop/web"}
}

test_an_object_without_a_namespace_is_in_the_default_one if {
	objects.namespace({"properties": {"metadata": {"name": "web"}}}) == "default"
	objects.namespace({"properties": {"metadata": {"name": "web", "namespace": "shop"}}}) == "shop"
}
