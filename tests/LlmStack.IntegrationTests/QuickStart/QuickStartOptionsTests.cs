using QuickStart;

namespace LlmStack.IntegrationTests.QuickStart;

public sealed class QuickStartOptionsTests
{
    [Fact]
    public void Without_arguments_and_keys_the_demo_servers_are_used()
    {
        QuickStartOptions options = Parsed([]);

        Assert.True(options.UsesDemoProviders);
        Assert.False(options.HasLangfuseKeys);
        Assert.Equal("embed", options.SearchGroup);
        Assert.Contains("two demo servers", options.Banner, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_in_the_environment_bring_in_the_real_services()
    {
        QuickStartOptions options = Parsed([], ("OPENAI_API_KEY", "sk-1"), ("LANGFUSE_PUBLIC_KEY", "pk"), ("LANGFUSE_SECRET_KEY", "sk"));

        Assert.False(options.UsesDemoProviders);
        Assert.True(options.HasLangfuseKeys);
        Assert.Contains("OPENAI_API_KEY", options.Banner, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-1", options.Banner, StringComparison.Ordinal);
    }

    [Fact]
    public void An_endpoint_and_a_model_point_at_any_server()
    {
        QuickStartOptions options = Parsed(["--endpoint", "http://127.0.0.1:11434/v1", "--model", "llama3.2"]);

        Assert.Equal("llama3.2", options.ChatModel);
        Assert.Equal(new Uri("http://127.0.0.1:11434/v1"), options.Endpoint);
        Assert.Null(options.SearchGroup);
    }

    [Theory]
    [InlineData("Unknown argument \"--endpiont\"", "--endpiont", "x")]
    [InlineData("--endpoint needs a value", "--endpoint")]
    [InlineData("--endpoint needs a value", "--endpoint", "--model", "m")]
    [InlineData("--endpoint \"ftp://x\" is no address", "--endpoint", "ftp://x", "--model", "m")]
    [InlineData("--endpoint \"localhost\" is no address", "--endpoint", "localhost", "--model", "m")]
    [InlineData("--endpoint needs --model", "--endpoint", "http://127.0.0.1:1/v1")]
    [InlineData("The model \"m\" needs a server", "--model", "m")]
    public void Bad_arguments_are_said_clearly(string message, params string[] arguments)
    {
        Assert.False(QuickStartOptions.TryParse(arguments, static _ => null, out _, out string? problem));
        Assert.StartsWith(message, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_wins_over_everything_else() => Assert.True(Parsed(["--help", "--model", "m"]).ShowHelp);

    private static QuickStartOptions Parsed(string[] arguments, params (string Name, string Value)[] environment)
    {
        Assert.True(QuickStartOptions.TryParse(arguments, name => environment.FirstOrDefault(entry => entry.Name == name).Value, out QuickStartOptions options, out _));
        return options;
    }
}
