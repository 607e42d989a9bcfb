using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Fidelity;

public sealed class StructuredOutputTests
{
    private static readonly ChatResponseFormatJson City = ChatResponseFormat.ForJsonSchema(
        JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"},"zip":{"type":"integer"}},"required":["city"]}""").RootElement.Clone(), "city", "A city.");

    private static readonly StructuredFeatures Native = new(StructuredLevel.Schema, ForcedTool: true, WithTools: true);
    private static readonly StructuredFeatures ToolOnly = new(StructuredLevel.None, ForcedTool: true, WithTools: true);
    private static readonly StructuredFeatures JsonOnly = new(StructuredLevel.Json, ForcedTool: false, WithTools: true);
    private static readonly StructuredFeatures Nothing = new(StructuredLevel.None, ForcedTool: false, WithTools: true);

    [Fact]
    public void The_best_way_that_the_model_has_is_taken_and_an_emulation_is_listed()
    {
        var options = new ChatOptions { ResponseFormat = City };
        Assert.Equal((StructuredMethod.Native, 0), Plan(options, Native));
        Assert.Equal((StructuredMethod.ForcedTool, 1), Plan(options, ToolOnly));
        Assert.Equal((StructuredMethod.JsonMode, 1), Plan(options, JsonOnly));
        Assert.Equal((StructuredMethod.Prompt, 1), Plan(options, Nothing));
        Assert.Equal((StructuredMethod.None, 0), Plan(new ChatOptions(), Native));
        Assert.Equal((StructuredMethod.Native, 0), Plan(new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, JsonOnly));
        Assert.Equal((StructuredMethod.Prompt, 1), Plan(new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, ToolOnly));
        Assert.Equal((StructuredMethod.ForcedTool, 1), Plan(new ChatOptions { ResponseFormat = City, Tools = [AIFunctionFactory.Create(() => 1, "f")] }, Native with { WithTools = false }));
    }

    [Fact]
    public void The_native_way_leaves_the_options_alone()
    {
        var options = new ChatOptions { ResponseFormat = City };
        Assert.Same(options, StructuredOutput.Apply(options, StructuredOutput.Plan(options, Native, new AttemptReport())));
    }

    [Fact]
    public void A_forced_tool_carries_the_schema_and_the_callers_options_stay_as_they_are()
    {
        var options = new ChatOptions { ResponseFormat = City };
        ChatOptions applied = StructuredOutput.Apply(options, new StructuredPlan(StructuredMethod.ForcedTool, City))!;
        var tool = (AIFunctionDeclaration)Assert.Single(applied.Tools!);
        Assert.Equal(City.Schema!.Value.GetRawText(), tool.JsonSchema.GetRawText());
        Assert.Equal(StructuredOutput.ToolName, ((RequiredChatToolMode)applied.ToolMode!).RequiredFunctionName);
        Assert.Null(applied.ResponseFormat);
        Assert.Null(options.Tools);
        Assert.Same(City, options.ResponseFormat);
        Assert.Same(tool, StructuredOutput.Apply(options, new StructuredPlan(StructuredMethod.ForcedTool, City))!.Tools![0]);
    }

    [Fact]
    public void Beside_other_tools_the_model_may_choose_among_all_of_them()
    {
        var options = new ChatOptions { ResponseFormat = City, Tools = [AIFunctionFactory.Create(() => 1, "f")] };
        ChatOptions applied = StructuredOutput.Apply(options, new StructuredPlan(StructuredMethod.ForcedTool, City))!;
        Assert.Equal(["f", StructuredOutput.ToolName], applied.Tools!.Select(static tool => tool.Name));
        Assert.Null(((RequiredChatToolMode)applied.ToolMode!).RequiredFunctionName);
        Assert.Single(options.Tools);
    }

    [Fact]
    public void The_arguments_become_the_text_and_the_answer_ends_normally()
    {
        var call = new FunctionCallContent("1", StructuredOutput.ToolName, new Dictionary<string, object?> { ["city"] = "Köln", ["zip"] = JsonDocument.Parse("50667").RootElement });
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, [call])) { FinishReason = ChatFinishReason.ToolCalls };
        StructuredOutput.Finish(response, new StructuredPlan(StructuredMethod.ForcedTool, City), "p");
        Assert.Equal("Köln", JsonDocument.Parse(response.Text).RootElement.GetProperty("city").GetString());
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public void A_call_of_another_tool_stays_a_call()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "f")])) { FinishReason = ChatFinishReason.ToolCalls };
        StructuredOutput.Finish(response, new StructuredPlan(StructuredMethod.ForcedTool, City), "p");
        Assert.IsType<FunctionCallContent>(response.Messages[0].Contents[0]);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
    }

    [Fact]
    public void The_schema_in_the_prompt_comes_behind_the_users_instructions()
    {
        var options = new ChatOptions { ResponseFormat = City, Instructions = "Be kind." };
        ChatOptions json = StructuredOutput.Apply(options, new StructuredPlan(StructuredMethod.JsonMode, City))!;
        Assert.StartsWith("Be kind.\n\nAnswer with one JSON object", json.Instructions, StringComparison.Ordinal);
        Assert.EndsWith(City.Schema!.Value.GetRawText(), json.Instructions, StringComparison.Ordinal);
        Assert.Same(ChatResponseFormat.Json, json.ResponseFormat);
        Assert.Null(StructuredOutput.Apply(options, new StructuredPlan(StructuredMethod.Prompt, City))!.ResponseFormat);
    }

    [Theory]
    [InlineData("""{"city":"Bonn"}""", """{"city":"Bonn"}""")]
    [InlineData("```json\n{\"city\":\"Bonn\"}\n```", """{"city":"Bonn"}""")]
    [InlineData("  {\"city\":\"Bonn\"}\n", """{"city":"Bonn"}""")]
    public void Fences_around_a_prompted_answer_are_taken_off(string sent, string text)
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, sent)) { FinishReason = ChatFinishReason.Stop };
        StructuredOutput.Finish(response, new StructuredPlan(StructuredMethod.Prompt, City), "p");
        Assert.Equal(text, response.Text);
    }

    [Theory]
    [InlineData("no JSON at all", "no complete JSON value")]
    [InlineData("""{"zip":1}""", "$ lacks 'city'")]
    [InlineData("""{"city":5}""", "$.city is Number, not \"string\"")]
    [InlineData("""{"city":"x","zip":1.5}""", "$.zip is Number, not \"integer\"")]
    [InlineData("[]", "$ is Array, not \"object\"")]
    public void An_answer_in_another_form_is_an_invalid_response(string sent, string problem)
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, sent)) { FinishReason = ChatFinishReason.Stop };
        LlmException error = Assert.Throws<LlmException>(() => StructuredOutput.Finish(response, new StructuredPlan(StructuredMethod.JsonMode, City), "p"));
        Assert.Equal(LlmErrorKind.InvalidResponse, error.Kind);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(sent, error.PartialText);
    }

    [Fact]
    public void An_answer_that_was_cut_off_is_left_to_its_finish_reason()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, "{\"ci")) { FinishReason = ChatFinishReason.Length };
        StructuredOutput.Finish(response, new StructuredPlan(StructuredMethod.Prompt, City), "p");
        Assert.Equal("{\"ci", response.Text);
    }

    private static (StructuredMethod Method, int Changes) Plan(ChatOptions options, StructuredFeatures features)
    {
        var report = new AttemptReport();
        return (StructuredOutput.Plan(options, features, report).Method, report.Changes?.Count ?? 0);
    }
}
