# The compiled form of http_result.py: see engine/core.py.
cimport cython

from pyjm.engine.http.response cimport Response
from pyjm.engine.vu.result cimport SampleResult


cdef class HeadFacts:
    cdef public object charset, code, content_encoding, content_type, cookies, data_type, location, message, text
    cdef public int status
    cdef public long long header_bytes
    cdef public bint success


@cython.locals(facts=HeadFacts)
cpdef HeadFacts facts_of(Response response)


@cython.locals(start_ms=cython.longlong, end_ms=cython.longlong)
cpdef take_head(SampleResult result, Response response, HeadFacts facts)


cdef class Filler:
    cdef public object default_charset

    @cython.locals(facts=HeadFacts)
    cpdef HeadFacts answer(self, SampleResult result, Response response, keeping)
