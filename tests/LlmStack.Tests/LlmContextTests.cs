namespace LlmStack.Tests;

public sealed class LlmContextTests
{
    [Fact]
    public void A_pushed_context_is_ambient_until_it_is_disposed()
    {
        using (LlmContext.Push(LlmContext.Current with { UserId = "u-1" }))
        {
            Assert.Equal("u-1", LlmContext.Current.UserId);
        }

        Assert.Null(LlmContext.Current.UserId);
    }
}
