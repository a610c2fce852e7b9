// What is drawn of a long tensor: the least and the greatest value of each cell.
#ifndef UNROLL_BINDING_SURVEY_H_
#define UNROLL_BINDING_SURVEY_H_

#include <napi.h>

namespace unroll {

// survey(args): see NativeSurveyArgs in extension/engine/binding.ts.
Napi::Value SurveyOf(const Napi::CallbackInfo& info);

}  // namespace unroll

#endif  // UNROLL_BINDING_SURVEY_H_
