// The modules that run here. Each is a function of its name in a file of its name: `play` is in
// cf_play.cpp, as KAZOO calls its own.
#pragma once

#include "execute/modules/module.hpp"

#include <string_view>

namespace pivot::execute::modules {

// Reads the node's data, and returns its work as a task.
using Module = Task<ModuleEnd>(Work work, json::Value data, Deadline& deadline);

// Returns null if the module does not run here.
Module* find(std::string_view name);

Module answer;
Module audio_macro;
Module branch_bnumber;
Module branch_variable;
Module callflow;
Module check_cid;
Module collect_dtmf;
Module conference;
Module dead_air;
Module device;
Module dynamic_cid;
Module flush_dtmf;
Module group;
Module hangup;
Module language;
Module menu;
Module move;
Module noop;
Module park;
Module pivot;
Module play;
Module prepend_cid;
Module record_call;
Module record_caller;
Module resources;  // and offnet, which is the same
Module response;
Module ring_group;
Module send_dtmf;
Module set_cid;
Module set_variable;
Module set_variables;
Module sleep;
Module transfer;
Module tts;
Module user;
Module wait_for_hangup;
Module webhook;

}  // namespace pivot::execute::modules
