package lib.documents_test

import data.lib.documents

test_path_into_an_array if documents.statement_path("/KeyPolicy", {"Statement": [{}, {}]}, 1) == "/KeyPolicy/Statement/1"

test_path_to_a_single_statement if documents.statement_path("/KeyPolicy", {"Statement": {}}, 0) == "/KeyPolicy/Statement"

test_path_to_a_string if documents.statement_path("/KeyPolicy", `{"Statement": [{}]}`, 0) == "/KeyPolicy"

test_name_of_a_statement_with_an_id if documents.statement_name({"Sid": "Everyone"}, 0) == "statement `Everyone`"

test_name_of_a_statement_without_an_id if documents.statement_name({"Effect": "Allow"}, 0) == "statement 1"

test_name_of_a_statement_with_an_empty_id if documents.statement_name({"Sid": ""}, 2) == "statement 3"
