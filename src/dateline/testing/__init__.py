"""Public test kit: real servers started on free ports, faulty receivers, small builders."""
