using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>One chat call as it is sent: adapted to what the service and the model can do, with the user's own fields in it.</summary>
/// <param name="Body">The JSON; the owner of the request disposes it.</param>
/// <param name="Plan">How an answer in a form is asked for.</param>
/// <param name="KeepsRaw">Whether the answer keeps the provider's own JSON.</param>
internal readonly record struct ChatRequest(PooledBuffer Body, StructuredPlan Plan, bool KeepsRaw) : IDisposable
{
    public static ChatRequest Prepare(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, OpenAIProfile profile, ILlmProvider provider, bool stream)
    {
        StructuredPlan plan = StructuredOutput.Plan(options, StructuredFeatures.Of(profile.TraitsOf(call)), call.Report);
        IReadOnlyList<ChatMessage> sent = HistoryRepair.Repair(messages, profile.History, call);
        ChatOptions? planned = StructuredOutput.Apply(options, plan);
        if (profile.SendsCacheMarks)
        {
            CacheBreakpoints.Apply(call, ref sent, ref planned);
        }

        PooledBuffer body = ChatRequestWriter.Write(call, sent, planned, profile, stream);
        try
        {
            RawRequest.Apply(call, options, provider, ref body);
        }
        catch
        {
            body.Dispose();
            throw;
        }

        return new ChatRequest(body, plan, RawRequest.WantsResponse(options));
    }

    public void Dispose() => Body.Dispose();
}
