using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>What one call does, decided before anything is written.</summary>
/// <param name="Traits">What the model accepts.</param>
/// <param name="Structure">How an answer in a form is asked for.</param>
/// <param name="Options">The options that are written; null when there are none.</param>
internal readonly record struct ChatPlan(ModelTraits Traits, StructuredPlan Structure, ChatOptions? Options)
{
    public static ChatPlan Of(ProviderCall call, ChatOptions? options, OpenAIProfile profile)
    {
        ModelTraits traits = ModelTraits.Of(profile.Traits, call.Model);
        StructuredPlan structure = StructuredOutput.Plan(options, StructuredFeatures.Of(traits), call.Report);
        return new ChatPlan(traits, structure, StructuredOutput.Apply(options, structure));
    }
}
