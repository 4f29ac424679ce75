/* What the switch asks of SWIG beyond pjproject's own pjsua2.i.
 *
 * PJSIP reports that ports were connected or disconnected from the thread that clocks the conference
 * bridge. Once Endpoint is subclassed in Python, a director for these two would take the interpreter's
 * lock there, and every stream would stall for as long as Python holds it: 485 ms were measured behind
 * one long C call, 20 ms with the directors left out. Nothing in the switch waits for these reports.
 */
%module(directors="1") pjsua2

%feature("nodirector") pj::Endpoint::onAudioMediaOpCompleted;
%feature("nodirector") pj::Endpoint::onVideoMediaOpCompleted;

%include "pjsua2.i"
