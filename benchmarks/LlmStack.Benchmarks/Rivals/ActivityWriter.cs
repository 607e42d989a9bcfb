using System.Diagnostics;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Subjects;
using OpenTelemetry.Trace;

namespace LlmStack.Benchmarks.Rivals;

/// <summary>The same spans written as activities and exported by the OpenTelemetry SDK.</summary>
internal sealed class ActivityWriter : IDisposable
{
    private readonly ActivitySource _source;
    private readonly TracerProvider _provider;
    private readonly SpanContent _content;
    private readonly string[] _finishReasons = ["stop"];

    public ActivityWriter(string source, Func<HttpMessageHandler> handler, SpanContent content, Uri? address = null)
    {
        _source = new ActivitySource(source);
        _provider = OtlpPipeline.Create(source, handler, address);
        _content = content;
    }

    public void Generations(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Generation();
        }
    }

    public void Scopes(int count)
    {
        for (int i = 0; i < count; i++)
        {
            using Activity activity = Start("vector-search", ActivityKind.Internal);
            activity.SetTag("langfuse.observation.type", "retriever");
            activity.SetTag("langfuse.observation.output", SpanContent.ScopeOutput);
            activity.SetTag("user.id", SpanContent.UserId);
            activity.SetTag("session.id", SpanContent.SessionId);
        }
    }

    public void Flush()
    {
        if (!_provider.ForceFlush(60_000))
        {
            throw new InvalidOperationException("Not every span arrived.");
        }
    }

    public void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }

    private void Generation()
    {
        using Activity activity = Start("chat fast", ActivityKind.Client);
        activity.SetTag("gen_ai.operation.name", "chat");
        activity.SetTag("gen_ai.provider.name", "openai");
        activity.SetTag("gen_ai.request.model", Conversation.ChatModel);
        activity.SetTag("gen_ai.request.temperature", 0.2);
        activity.SetTag("gen_ai.request.max_tokens", 512);
        activity.SetTag("server.address", "api.openai.com");
        activity.SetTag("server.port", 443);
        activity.SetTag("langfuse.observation.type", "generation");
        activity.SetTag("langfuse.observation.input", _content.Input);
        activity.SetTag("langfuse.observation.output", _content.Output);
        activity.SetTag("gen_ai.usage.input_tokens", 187L);
        activity.SetTag("gen_ai.usage.output_tokens", 171L);
        activity.SetTag("gen_ai.response.id", SpanContent.ResponseId);
        activity.SetTag("gen_ai.response.model", SpanContent.ResponseModel);
        activity.SetTag("gen_ai.response.finish_reasons", _finishReasons);
        activity.SetTag("user.id", SpanContent.UserId);
        activity.SetTag("session.id", SpanContent.SessionId);
    }

    private Activity Start(string name, ActivityKind kind) => _source.StartActivity(name, kind) ?? throw new InvalidOperationException("Nobody listens.");
}
