using LlmStack.Providers;

namespace LlmStack.Testing;

internal sealed class InProcessConformanceStage : ConformanceStage
{
    public InProcessConformanceStage(InProcessConformanceFixture fixture, Func<string, bool, ConformanceStep> script) =>
        Provider = fixture.CreateProvider(new ConformanceScript(
            request =>
            {
                Note(request);
                return script(request, Streaming);
            },
            NoteGone));

    public override ILlmProvider Provider { get; }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
