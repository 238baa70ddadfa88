# The compiled form of result.py: see engine/core.py.
cimport cython


@cython.freelist(64)
cdef class SampleResult:
    cdef public object label, thread_name, response_code, response_message, data_type, body, encoding, content_type
    cdef public object response_headers, sent, url, failure_message, result_file, assertions, sub_results, action
    cdef public object _request_headers, _sampler_data, _text
    cdef public long long start_ns, start_ms, end_ms, elapsed_ms, latency_ms, connect_ms, idle_ms
    cdef public long long header_bytes, body_bytes, sent_bytes, group_threads, all_threads, sample_count, error_count
    cdef public bint success, ignored, transaction, combined, stop_thread, stop_test, stop_test_now

    cpdef begin(self)
    cpdef end(self)
    cpdef end_at(self, long long at_ns)


cdef class HttpSampleResult(SampleResult):
    pass
