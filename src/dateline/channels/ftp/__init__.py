"""FTP and FTPS: files put by libcurl in threads, one kept connection for each endpoint."""
