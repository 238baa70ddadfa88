# The compiled form of answer.py: see engine/core.py.
from .response cimport Response


cdef class Answer:
    cdef public object woken, _error
    cdef public Response _response

    cpdef came(self, Response response)
    cpdef failed(self, error)
    cpdef Response take(self)


cdef class Promised(Answer):
    cdef public object future
