// The modules that run here, each read by a function of its name.
#pragma once

#include "execute/modules/module.hpp"

#include <string_view>

namespace pivot::execute::modules {

using Read = Task<ModuleEnd> (*)(Work work, json::Value data, Deadline& deadline);

// Null: the module does not run here.
Read find(std::string_view name);

// audio.cpp
Task<ModuleEnd> audio_macro(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> play(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> tts(Work work, json::Value data, Deadline& deadline);

// calling.cpp
Task<ModuleEnd> device(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> group(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> ring_group(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> user(Work work, json::Value data, Deadline& deadline);

// carriers.cpp: resources, and offnet, which is the same
Task<ModuleEnd> resources(Work work, json::Value data, Deadline& deadline);

// conference.cpp
Task<ModuleEnd> conference(Work work, json::Value data, Deadline& deadline);

// control.cpp
Task<ModuleEnd> answer(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> callflow(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> dead_air(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> hangup(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> language(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> noop(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> pivot(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> response(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> sleep(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> wait_for_hangup(Work work, json::Value data, Deadline& deadline);

// digits.cpp
Task<ModuleEnd> collect_dtmf(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> flush_dtmf(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> send_dtmf(Work work, json::Value data, Deadline& deadline);

// elsewhere.cpp
Task<ModuleEnd> move(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> park(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> transfer(Work work, json::Value data, Deadline& deadline);

// identity.cpp
Task<ModuleEnd> check_cid(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> dynamic_cid(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> prepend_cid(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> set_cid(Work work, json::Value data, Deadline& deadline);

// menu.cpp
Task<ModuleEnd> menu(Work work, json::Value data, Deadline& deadline);

// recording.cpp
Task<ModuleEnd> record_call(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> record_caller(Work work, json::Value data, Deadline& deadline);

// reporting.cpp
Task<ModuleEnd> webhook(Work work, json::Value data, Deadline& deadline);

// variables.cpp
Task<ModuleEnd> branch_bnumber(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> branch_variable(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> set_variable(Work work, json::Value data, Deadline& deadline);
Task<ModuleEnd> set_variables(Work work, json::Value data, Deadline& deadline);

}  // namespace pivot::execute::modules
