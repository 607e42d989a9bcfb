using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Fidelity;

public sealed class OpaqueStateTests
{
    [Fact]
    public void State_comes_back_to_its_own_format_alone()
    {
        var thought = new TextReasoningContent("hm");
        OpaqueState.Attach(thought, "anthropic", "signature");
        var call = new FunctionCallContent("1", "f");
        OpaqueState.Attach(call, "gemini", "thought");
        var report = new AttemptReport();
        Assert.Equal("signature", OpaqueState.Read(thought, "anthropic", report));
        Assert.Equal("thought", OpaqueState.Read(call, "gemini", report));
        Assert.Null(report.Changes);
        Assert.Null(OpaqueState.Read(thought, "gemini", report));
        Assert.Null(OpaqueState.Read(call, "anthropic", report));
        Assert.Equal(["reasoning state: dropped, it belongs to another vendor"], report.Changes);
    }

    [Fact]
    public void Marks_survive_serialisation()
    {
        var thought = new TextReasoningContent("hm");
        OpaqueState.Attach(thought, "anthropic", "signature");
        string json = JsonSerializer.Serialize(new ChatMessage(ChatRole.Assistant, [thought]), AIJsonUtilities.DefaultOptions);
        AIContent back = JsonSerializer.Deserialize<ChatMessage>(json, AIJsonUtilities.DefaultOptions)!.Contents[0];
        Assert.Equal("signature", OpaqueState.Read(back, "anthropic", new AttemptReport()));
        Assert.Null(OpaqueState.Read(back, "openai", new AttemptReport()));
    }

    [Fact]
    public void State_without_a_mark_is_the_users_own_and_is_sent()
    {
        Assert.Equal("mine", OpaqueState.Read(new TextReasoningContent("hm") { ProtectedData = "mine" }, "anthropic", new AttemptReport()));
        Assert.Null(OpaqueState.Read(new TextReasoningContent("hm"), "anthropic", new AttemptReport()));
        Assert.Null(OpaqueState.Read(new FunctionCallContent("1", "f"), "gemini", new AttemptReport()));
    }
}
