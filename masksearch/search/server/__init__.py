"""Any local index over HTTP, in the words of Search-R1's retriever."""
