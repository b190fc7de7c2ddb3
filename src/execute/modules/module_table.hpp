// The modules that run here. The function `play` is the module play, in cf_play.cpp: files are
// named as those of KAZOO.
#pragma once

#include "execute/modules/module.hpp"

#include <string_view>

namespace pivot::execute::modules {

// Reads the node's data, and returns the work as a task.
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
Module resources;  // offnet, too
Module response;
Module ring_group;
Module send_dtmf;
Module set_cid;
Module set_variable;
Module set_variables;
Module sleep;
Module tones;
Module transfer;
Module tts;
Module user;
Module wait_for_hangup;
Module webhook;

}  // namespace pivot::execute::modules
